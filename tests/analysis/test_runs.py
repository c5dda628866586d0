import json

import numpy as np
import pytest

from analysis.errors import NothingToDraw, UsageError

ROWS = {0: {"test_accuracy": 0.1}, 1: {"train_loss": 2.0}, 2: {"train_loss": 1.5, "test_accuracy": 0.4}}


def test_the_damaged_run_is_left_out_with_one_warning(stored, load, warnings):
    runs = load(stored("rules"))
    assert len(runs) == 5
    assert len(warnings) == 1
    assert "be4bf7a01cbf left out" in warnings[0] and "last line of metrics.csv is cut" in warnings[0]


@pytest.mark.parametrize("damage, reason", [
    (lambda path: (path / "manifest.json").unlink(), "no manifest.json"),
    (lambda path: (path / "manifest.json").write_text('{"swept": '), "manifest.json cannot be read"),
    (lambda path: (path / "manifest.json").write_text('{"swept": {}}'), "no status"),
    (lambda path: (path / "manifest.json").write_text('{"status": "failed", "task": [1]}'), '"task" in manifest.json'),
    (lambda path: (path / "metrics.csv").unlink(), "metrics.csv cannot be read"),
    (lambda path: (path / "metrics.csv").write_text(""), "metrics.csv has no rows"),
    (lambda path: (path / "metrics.csv").write_text("round,train_loss\n0,1\n1\n"), "line 3 of metrics.csv has 1 cells"),
    (lambda path: (path / "metrics.csv").write_text("round,train_loss\n0,abc\n"), '"abc", not a number'),
    (lambda path: (path / "metrics.csv").write_text("round,train_loss\n1,2\n0,1\n"), "does not increase"),
    (lambda path: (path / "metrics.csv").write_bytes(b"round\n\xff\xfe\n"), "metrics.csv cannot be read"),
    (lambda path: [file.unlink() for file in path.iterdir()], "no manifest.json"),
])
def test_each_damage_is_named_and_the_rest_is_read(write_run, load, warnings, damage, reason):
    write_run("good", ROWS)
    damage(write_run("bad", ROWS))
    assert [run.path.name for run in load()] == ["good"]
    assert len(warnings) == 1 and "bad" in warnings[0] and reason in warnings[0]


def test_nothing_readable_is_an_error(write_run, load):
    (write_run("bad", ROWS) / "metrics.csv").unlink()
    with pytest.raises(NothingToDraw, match="1 found, none readable"):
        load()


def test_a_folder_that_is_not_there_is_bad_usage(tmp_path, load):
    with pytest.raises(UsageError, match="is not a folder"):
        load(tmp_path / "nowhere")


def test_a_run_being_written_loses_its_cut_line_only(write_run, load, warnings):
    path = write_run("live", ROWS, status="running")
    text = (path / "metrics.csv").read_text()
    (path / "metrics.csv").write_text(text[:-4])
    assert list(load()[0].metrics["round"]) == [0, 1]
    assert "last line is cut" in warnings[0]


def test_empty_cells_and_values_that_are_not_finite_are_told_apart(write_run, load):
    write_run("one", {0: {}, 1: {"train_loss": "nan"}, 2: {"train_loss": "-nan"}, 3: {"train_loss": "inf"}})
    values = load()[0].metrics["train_loss"]
    assert np.isnan(values[0]) and all(np.isinf(values[1:]))


def test_the_seed_is_no_axis(write_run, load):
    write_run("one", ROWS, {"rule": "mean", "seed": 3})
    run = load()[0]
    assert run.swept == {"rule": "mean"} and run.seed == 3


def test_experiments_are_kept_apart(write_run, load):
    for name in ("old", "new"):
        write_run("one", ROWS, {"rule": "mean"}, name=name)
    assert [run.swept["experiment"] for run in load()] == ["new", "old"]


def test_further_columns_and_a_manifest_without_swept_are_fine(write_run, load):
    path = write_run("one", {0: {"extra": 4}}, header="round,extra")
    manifest = json.loads((path / "manifest.json").read_text())
    del manifest["swept"]
    (path / "manifest.json").write_text(json.dumps(manifest))
    assert load()[0].metrics["extra"][0] == 4
