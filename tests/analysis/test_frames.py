"""The two frames: types, what diverged and unfinished runs count as, and files beside that are damaged."""

import math

import pandas as pd
import pytest

from analysis import load
from analysis.errors import NothingToDraw, UsageError
from analysis.frames import runs_of

TIMING = "0,0,0,0,0,0,9\n1,1,0.5,0,0,0.25,0\n2,2,0,0,0.5,0,9\n"


def end(value):
    return {0: {"test_accuracy": 0.1}, 2: {"test_accuracy": value, "train_loss": 1}}


def test_swept_values_are_typed_columns(write_run, tmp_path):
    write_run("a", end(0.5), {"/workers/byzantine": 3, "/partition/alpha": 1, "rule": "median", "on": True, "seed": 0})
    write_run("b", end(0.6), {"/workers/byzantine": 0, "/partition/alpha": 0.1, "rule": "none", "on": False, "seed": 1})
    runs, curves = load(tmp_path)
    for frame in (runs, curves):
        assert frame["byzantine_workers"].dtype == "Int64" and frame["seed"].dtype == "Int64"
        assert frame["alpha"].dtype == "Float64" and frame["on"].dtype == "boolean"
        # What stands for nothing comes first, as in the figures.
        assert list(frame["rule"].cat.categories) == ["none", "median"] and frame["rule"].cat.ordered
    assert runs.index.name == "run" and list(runs.index) == ["a", "b"]
    assert list(runs["final_test_accuracy"]) == [0.5, 0.6]


def test_curves_have_every_row_of_every_run(stored):
    with pytest.warns(UserWarning, match="be4bf7a01cbf left out"):
        runs, curves = load(stored("rules"))
    assert list(curves.groupby("run", observed=True).size().index) == list(runs.index)
    assert curves["round"].dtype == "int64" and curves["train_loss"].dtype == float
    assert curves.groupby("rule", observed=True)["test_accuracy"].max()["median"] > 0.3


def test_an_axis_that_some_runs_lack_and_mixed_values(write_run, tmp_path):
    write_run("a", end(0.5), {"clip": 1, "m": 5})
    write_run("b", end(0.5), {"m": "all"})
    write_run("c", end(0.5), {"m": {"name": "half", "of": 3}})
    runs, _ = load(tmp_path)
    assert runs["clip"].dtype == "Int64" and list(runs["clip"].isna()) == [False, True, True]
    assert list(runs["m"]) == ["5", "all", "half (of 3)"]


def test_diverged_and_unfinished_runs(write_run, tmp_path):
    write_run("a", end(0.5), status="diverged")
    write_run("b", end(0.7), status="running")
    runs, _ = load(tmp_path)
    assert runs.loc["a", "final_test_accuracy"] == 0.1 and runs.loc["a", "final_train_loss"] == math.inf
    assert pd.isna(runs.loc["b", "final_test_accuracy"]) and runs.loc["b", "rounds_done"] == 2


def test_seconds_and_diagnostics_stand_beside_and_damage_there_costs_only_them(write_run, tmp_path, warnings):
    good = write_run("good", end(0.5), timing=TIMING)
    (good / "diagnostics.csv").write_text("round,cosine_to_honest,train_loss\n2,0.25,7\n")
    write_run("bad", end(0.6), timing="1,1,0")
    runs, curves = load(tmp_path, warnings.append)
    last = curves[curves["round"] == 2].set_index("run")
    assert last.loc["good", "seconds_gradients"] == 2 and last.loc["good", "cosine_to_honest"] == 0.25
    assert last.loc["good", "train_loss"] == 1 and last.loc["good", "train_loss_diagnostic"] == 7
    assert last.loc["bad", "test_accuracy"] == 0.6 and pd.isna(last.loc["bad", "seconds_gradients"])
    assert len(warnings) == 1 and "timing.csv left out" in warnings[0]


def test_an_axis_with_a_name_of_ours_keeps_its_values(write_run, tmp_path):
    write_run("a", end(0.5), {"status": "new", "/workers/count": 9})
    runs, curves = load(tmp_path)
    assert runs.loc["a", "status"] == "completed" and runs.loc["a", "swept_status"] == "new"
    assert runs.loc["a", "workers"] == 9 and set(curves["swept_status"]) == {"new"}


def test_the_same_id_in_two_experiments_is_told_apart(write_run, tmp_path):
    for name in ("old", "new"):
        write_run("one", end(0.5), name=name)
    runs, curves = load(tmp_path)
    assert list(runs.index) == ["new/one", "old/one"] and set(curves["run"]) == {"new/one", "old/one"}
    assert list(runs["experiment"]) == ["new", "old"]


def test_a_part_of_the_frame_stands_for_its_runs(write_run, tmp_path):
    for place, rule in enumerate(("mean", "median")):
        write_run(rule, end(0.5 + place / 10), {"rule": rule})
    runs, _ = load(tmp_path)
    found = runs_of(runs[runs["final_test_accuracy"] > 0.55], warn=None)
    assert [run.path.name for run in found] == ["median"]
    with pytest.raises(UsageError, match='no column "path"'):
        runs_of(runs[["rule"]], warn=None)
    with pytest.raises(NothingToDraw, match="no rows"):
        runs_of(runs[:0], warn=None)
