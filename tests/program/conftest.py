"""Tests of the program as a user meets it: commands, exit codes, files."""
import json
import subprocess

import pytest

from tree import BUILD, CONFIG


class Program:
    """Runs build/varangian in a folder of its own."""

    def __init__(self, folder):
        self.folder = folder

    def config(self, **changes):
        """Writes x.json, the toy config with these top-level changes."""
        path = self.folder / "x.json"
        path.write_text(json.dumps(CONFIG | changes))
        return path

    def __call__(self, *arguments, expect=0, **options):
        done = subprocess.run([BUILD / "varangian", *map(str, arguments)], cwd=self.folder, capture_output=True,
                              text=True, timeout=120, **options)
        assert expect in (None, done.returncode), f"exit {done.returncode}: {done.stdout}{done.stderr}"
        return done

    def start(self, *arguments):
        return subprocess.Popen([BUILD / "varangian", *map(str, arguments)], cwd=self.folder,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def runs(self, name="toy"):
        return sorted(path.parent for path in (self.folder / "results" / name).glob("*/manifest.json"))

    def manifest(self, name="toy"):
        (run,) = self.runs(name)
        return json.loads((run / "manifest.json").read_text())


@pytest.fixture
def program(tmp_path):
    return Program(tmp_path)
