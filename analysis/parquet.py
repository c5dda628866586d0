"""The command `parquet`: every row of every metrics.csv in one file, for polars, DuckDB, R or pandas."""

import importlib
import os

from . import sweep
from .errors import NothingToDraw
from .frames import rounds_of, table_of_runs
from .runs import load

importlib.import_module("pyarrow.parquet")  # so that what is missing is told before a long read


def draw(asked, warn):
    """The path of the file written."""
    runs = sweep.only(load(asked.folder, warn), asked.only)
    if not runs:
        raise NothingToDraw(f"no run under {asked.folder} has all the values that --only names")
    table, swept = table_of_runs(runs)
    beside = [*swept, "seed", "experiment", "status"]
    rounds = rounds_of(runs, table[beside], warn)
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    half = asked.out.with_name(f"{asked.out.name}.part")
    rounds.to_parquet(half, index=False, compression="zstd")
    os.replace(half, asked.out)
    return [asked.out]
