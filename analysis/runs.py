"""Finds run directories and reads them: manifest.json, metrics.csv, timing.csv."""

import json
import math
import os
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from . import labels
from .errors import NothingToDraw, Unusable, UsageError

FINISHED = ("completed", "diverged")


@dataclass(frozen=True)
class Run:
    path: Path
    manifest: dict
    swept: dict  # axis -> value, without the seed
    metrics: pd.DataFrame

    @property
    def name(self):
        return str(self.manifest.get("name") or self.path.parent.name)

    @property
    def seed(self):
        return self.manifest["swept"].get("seed")

    @property
    def diverged(self):
        return self.manifest["status"] == "diverged"

    @property
    def finished(self):
        return self.manifest["status"] in FINISHED

    @property
    def chance(self):
        """Accuracy of guessing, or None where the task has no accuracy."""
        return self.manifest["task"].get("chance_accuracy")


def load(folder, warn):
    """Every readable run under the folder; one warning for each that is not."""
    runs, damaged = survey(folder, warn)
    for path, reason in damaged.items():
        warn(f"{path} left out: {reason}")
    if not runs:
        seen = f"{len(damaged)} found, none readable" if damaged else "no manifest.json found"
        raise NothingToDraw(f"no usable run directory under {folder} ({seen})")
    return runs


def survey(folder, warn):
    """The readable runs under the folder, and {path: reason} for the others."""
    if not folder.is_dir():
        raise UsageError(f"{folder} is not a folder; name one above run directories, for example results/quickstart")
    runs, damaged = [], {}
    for path in find(folder):
        try:
            runs.append(read(path, warn))
        except Unusable as reason:
            damaged[path] = str(reason)
    return with_experiment_axis(runs) if runs else [], damaged


def find(folder):
    """Run directories in the order of their paths; also those that look like one but lost their manifest."""
    found = []
    for here, inner, files in os.walk(folder):
        inner.sort()
        if "manifest.json" in files:
            inner.clear()
            found.append(Path(here))
        elif "metrics.csv" in files or "config.json" in files or not (inner or files):
            found.append(Path(here))
    # The folder itself is no damaged run when there is nothing in it at all.
    return [] if found == [folder] and not any(folder.iterdir()) else found


def read(path, warn):
    manifest = read_manifest(path / "manifest.json")
    live = manifest["status"] == "running"
    swept = {axis: value for axis, value in manifest["swept"].items() if axis != "seed"}
    return Run(path, manifest, swept, read_table(path / "metrics.csv", live, warn))


def read_by_round(run, name):
    """timing.csv or another; read only where it is needed, so that damage there costs no other figure a run."""
    if not (run.path / name).exists():
        raise Unusable(f"it has no {name}")
    return read_table(run.path / name, run.manifest["status"] == "running", lambda cut_line: None)


def read_manifest(path):
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise Unusable("it has no manifest.json") from None
    except (OSError, ValueError) as error:
        raise Unusable(f"manifest.json cannot be read ({error})") from None
    if not isinstance(manifest, dict) or not isinstance(manifest.get("status"), str):
        raise Unusable("manifest.json has no status")
    for part in ("swept", "task", "workers"):
        manifest[part] = manifest.get(part) or {}
        if not isinstance(manifest[part], dict):
            raise Unusable(f'"{part}" in manifest.json is not an object')
    chance = manifest["task"].get("chance_accuracy")
    if chance is not None and not labels.is_number(chance):
        raise Unusable(f'"chance_accuracy" in manifest.json is {json.dumps(chance)}, not a number')
    return manifest


def read_table(path, live, warn):
    """A csv as numbers: NaN where the cell is empty, inf where a value was written that is not finite."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise Unusable(f"{path.name} cannot be read ({getattr(error, 'strerror', None) or error})") from None
    lines = text.splitlines()
    if text and not text.endswith("\n"):
        if not live or len(lines) < 2:
            raise Unusable(f"the last line of {path.name} is cut")
        # A run that is being written may end inside a line at any moment; the lines before are whole.
        warn(f"{path}: the last line is cut and left out (the run is not finished)")
        lines.pop()
    if len(lines) < 2:
        raise Unusable(f"{path.name} has no rows")
    columns = lines[0].split(",")
    rows = [line.split(",") for line in lines[1:]]
    for number, row in enumerate(rows, start=2):
        if len(row) != len(columns):
            raise Unusable(f"line {number} of {path.name} has {len(row)} cells, its header {len(columns)}")
    # By hand: for many small files this takes a tenth of the time of pandas' reader.
    table = pd.DataFrame({name: numbers(name, cells, path) for name, *cells in zip(columns, *rows)})
    if "round" not in table or not table["round"].is_monotonic_increasing or not table["round"].is_unique:
        raise Unusable(f'"round" in {path.name} is missing or does not increase')
    return table


def numbers(column, cells, path):
    found = np.empty(len(cells))
    for place, cell in enumerate(cells):
        try:
            found[place] = float(cell) if cell else math.nan
        except ValueError:
            if "nan" not in cell.lower():
                line = f"{column} in line {place + 2} of {path.name}"
                raise Unusable(f'{line} is "{cell}", not a number') from None
            found[place] = math.nan
        if cell and math.isnan(found[place]):
            found[place] = math.inf
    return found


def with_experiment_axis(runs):
    """Runs of several experiments must not be averaged as if they were seeds of one."""
    if len({run.name for run in runs}) == 1:
        return runs
    return [replace(run, swept={**run.swept, "experiment": run.name}) for run in runs]
