"""Tests of the program as a user meets it: commands, exit codes, files."""
import json
import subprocess
import sys

import numpy as np
import pytest

from packs import SWEEP
from tree import BUILD, CONFIG, ROOT, settings


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

    def forge(self, name, *arguments, f=4, **values):
        """What the liars send when the honest send honest.npy."""
        self("forge", name, "--input", "honest.npy", "--f", f, "--output", "out.npy", *arguments, *settings(**values))
        return np.load(self.folder / "out.npy")

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


@pytest.fixture
def few_images(program):
    """The 600 images that ByzFL's sample results were made with, where torchvision would have put them."""
    from byzfl import make_results
    if not make_results.FASHION.is_dir():
        pytest.skip("needs Debian's dataset-fashion-mnist")
    make_results.few_images(program.folder / "data/FashionMNIST/raw")


@pytest.fixture
def honest(program):
    """The rows in honest.npy."""
    rows = np.random.default_rng(1).normal(0.3, 1, (13, 200)).astype(np.float32)
    np.save(program.folder / "honest.npy", rows)
    return rows


@pytest.fixture
def write(program, monkeypatch):
    """Writes a program in Python and gives the component that it is."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "tools/python"))

    def write(text, name="part.py", **settings):
        (program.folder / name).write_text("import numpy as np\nimport varangian_plugin\n" + text)
        return {"name": "process", "command": [sys.executable, name], **settings}

    return write


@pytest.fixture
def packed(program):
    """Six runs, and toy.tar.gz of them."""
    program("run", program.config(**SWEEP))
    program("pack", "results/toy")
    return program
