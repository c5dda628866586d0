"""The command `tensorboard`: the metrics of every run as an event file, and what was swept as hyperparameters."""

import datetime
import os

import numpy as np
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.hparams.summary_v2 import hparams_pb
from tensorboard.summary.writer.record_writer import RecordWriter

from . import labels, sweep
from .errors import NothingToDraw
from .frames import beside, names_of
from .runs import load

# One name for all time, so that a second export replaces the first instead of standing beside it.
FILE = "events.out.tfevents.0.varangian"
LONGEST = 120  # bytes of a folder's name before the run's id


def draw(asked, warn):
    """The folders written, one a run."""
    runs = sweep.only(load(asked.folder, warn), asked.only)
    if not runs:
        raise NothingToDraw(f"no run under {asked.folder} has all the values that --only names")
    swept = sweep.sweep_of(runs, [])
    for run, name in zip(runs, names_of(runs)):
        folder = asked.out / folder_of(run, name, swept)
        folder.mkdir(parents=True, exist_ok=True)
        half = folder / "part"  # TensorBoard reads what has tfevents in its name
        with half.open("wb") as file:
            writer = RecordWriter(file)
            for event in events(run, swept, warn):
                writer.write(event.SerializeToString(deterministic=True))
        os.replace(half, folder / FILE)
        yield folder


def folder_of(run, name, swept):
    """A name to read in TensorBoard's list of runs: the swept values, then the id."""
    said = [f"{swept.titles[axis]}={labels.words(sweep.value_of(run, axis))}" for axis in swept.axes]
    if run.seed is not None:
        said.append(f"seed={labels.words(run.seed)}")
    safe = "".join(letter if letter.isalnum() or letter in "=,.-+_" else "_" for letter in ",".join(said))
    return "_".join(filter(None, [safe[:LONGEST].lstrip("."), name.replace("/", "_").lstrip(".")]))


def events(run, swept, warn):
    start, seconds = times(run)
    yield Event(wall_time=start, file_version="brain.Event:2")
    settings = {swept.titles[axis]: hyperparameter(sweep.value_of(run, axis)) for axis in swept.axes}
    yield Event(wall_time=start, summary=hparams_pb(settings, start_time_secs=start))
    diagnostics = beside(run, "diagnostics.csv", warn)
    for table in (run.metrics.set_index("round"), diagnostics):
        for at, row in table.iterrows():
            values = [Summary.Value(tag=column, simple_value=value) for column, value in row.items()
                      if not np.isnan(value)]
            if values:
                share = at / max(run.metrics["round"].iloc[-1], 1)
                yield Event(wall_time=start + share * seconds, step=int(at), summary=Summary(value=values))


def hyperparameter(value):
    return value if isinstance(value, (bool, int, float)) else labels.words(value)


def times(run):
    """When the run began, in seconds since 1970, and how long it took; zero where its manifest does not say."""
    try:
        sessions = run.manifest["sessions"]
        start = datetime.datetime.fromisoformat(sessions[0]["start"]).timestamp()
        return start, float(sum(session["seconds"] for session in sessions))
    except (KeyError, IndexError, TypeError, ValueError):
        return 0.0, 0.0
