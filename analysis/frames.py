"""Runs as two pandas frames, for a notebook: one with a row a run, one with a row a round."""

import warnings
from pathlib import Path

import pandas as pd

from . import labels
from .errors import NothingToDraw, Unusable, UsageError
from .quantities import measured
from .runs import load as load_runs
from .runs import read, read_by_round, with_experiment_axis
from .sweep import sweep_of, value_of
from .table import final

# What every run has; a swept axis that has one of these names is called swept_... in the frames.
OWN = ("run", "experiment", "seed", "status", "path", "round")


def tell(message):
    warnings.warn(message, stacklevel=3)


def load(folder, warn=tell):
    """(runs, curves): frames of every readable run under a folder, one warning for each that is not.

    `runs` is indexed by the run's id. The swept values are columns: whole numbers, floats, booleans, or else
    categories in the order in which figures have them; `final_...` is the last value of each column of metrics.csv,
    of a diverged run chance accuracy or an infinite loss, of an unfinished one nothing. `curves` has every row of every
    metrics.csv, with the seconds of timing.csv and the columns of diagnostics.csv beside it.
    """
    runs = load_runs(Path(folder), warn)
    table, swept = table_of_runs(runs)
    return table, rounds_of(runs, table[[*swept, "seed"]], warn)


def runs_of(source, warn):
    """Runs of a folder, those of a frame that `load` made, or of a part of it, or a list as it is."""
    if isinstance(source, list):
        return source
    if isinstance(source, pd.DataFrame):
        if "path" not in source:
            raise UsageError("this frame has no column \"path\"; pass `runs` as `load` made it, or rows of it")
        if source.empty:
            raise NothingToDraw("this frame has no rows")
        return with_experiment_axis([read(Path(path), warn) for path in source["path"]])
    return load_runs(Path(source), warn)


def source_name(source):
    return "this frame" if isinstance(source, pd.DataFrame) else source


def table_of_runs(runs):
    """The frame of runs, and the names of its columns that hold swept values."""
    sweep = sweep_of(runs, [])
    ids = names_of(runs)
    table = pd.DataFrame({"experiment": [run.name for run in runs]}, index=pd.Index(ids, name="run"))
    swept = []
    for axis, title in sweep.titles.items():
        if axis != "experiment":
            name = title.replace(" ", "_")
            swept.append(f"swept_{name}" if name in OWN else name)
            table[swept[-1]] = typed([value_of(run, axis) for run in runs], ids)
    table["seed"] = typed([labels.MISSING if run.seed is None else run.seed for run in runs], ids)
    table["status"] = [run.manifest["status"] for run in runs]
    for name, found in facts(runs).items():
        if name not in table:
            table[name] = found
    table["path"] = [str(run.path) for run in runs]
    return table, swept


def names_of(runs):
    """The id of each run, with the experiment before it where two have the same."""
    ids = [run.path.name for run in runs]
    if len(set(ids)) < len(ids):
        ids = [f"{run.path.parent.name}/{run.path.name}" for run in runs]
    return ids if len(set(ids)) == len(ids) else [str(run.path) for run in runs]


def facts(runs):
    found = {
        "workers": typed([run.manifest["workers"].get("count", labels.MISSING) for run in runs]),
        "byzantine": typed([run.manifest["workers"].get("byzantine", labels.MISSING) for run in runs]),
        "dataset": [run.manifest["task"].get("dataset") for run in runs],
        "model": [run.manifest["task"].get("model") for run in runs],
        "rounds_done": [int(run.metrics["round"].iloc[-1]) for run in runs],
    }
    columns = dict.fromkeys(name for run in runs for name in run.metrics
                            if name.endswith(("_loss", "_accuracy")) and measured(run, name))
    return found | {f"final_{column}": [final_or_none(run, column) for run in runs] for column in columns}


def final_or_none(run, column):
    try:
        return final(run, column)
    except Unusable:
        return float("nan")


def typed(values, index=None):
    """Numbers and booleans as such, with NA where the axis does not apply; all else as ordered categories."""
    known = [value for value in values if value is not labels.MISSING]
    filled = [None if value is labels.MISSING else value for value in values]
    if known and all(isinstance(value, bool) for value in known):
        return pd.Series(filled, index, dtype="boolean")
    if known and all(isinstance(value, int) and not isinstance(value, bool) for value in known):
        return pd.Series(filled, index, dtype="Int64")
    if known and all(labels.is_number(value) for value in known):
        return pd.Series(filled, index, dtype="Float64")
    in_order = labels.in_order({labels.key(value): value for value in known}.values())
    said = labels.values(in_order)
    texts = [None if value is labels.MISSING else said[labels.key(value)] for value in values]
    # Labels alone may be cut to the same words; the categories must differ.
    return pd.Series(pd.Categorical(texts, list(dict.fromkeys(said.values())), ordered=True), index)


def rounds_of(runs, swept, warn):
    """Every row of every metrics.csv, with what was swept and the files beside it."""
    tables, ids = [], list(swept.index)
    for run in runs:
        table = run.metrics.set_index("round")
        for name, prefix in (("timing.csv", "seconds_"), ("diagnostics.csv", "")):
            further = beside(run, name, warn).add_prefix(prefix)
            table = table.join(further.rename(columns={name: f"{name}_diagnostic" for name in table}))
        tables.append(table)
    whole = pd.concat(tables, keys=ids, names=["run", "round"]).reset_index()
    whole["round"] = whole["round"].astype("int64")
    whole = whole.join(swept, on="run")
    whole["run"] = pd.Categorical(whole["run"], ids)
    first = ["run", *swept.columns, "round"]
    return whole[[*first, *(name for name in whole if name not in first)]]


def beside(run, name, warn):
    """A further file by round; one that is damaged costs its own columns only."""
    empty = pd.DataFrame(index=pd.Index([], name="round", dtype=float))
    if not (run.path / name).exists():
        return empty
    try:
        return read_by_round(run, name).set_index("round")
    except Unusable as reason:
        warn(f"{run.path}: {name} left out: {reason}")
        return empty
