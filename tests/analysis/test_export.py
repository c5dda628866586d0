"""What TensorBoard and Parquet readers find in the exports."""

import math

import pandas as pd
import pytest

from analysis.__main__ import main

pytest.importorskip("tensorboard", reason="TensorBoard is not installed")
pytest.importorskip("pyarrow", reason="pyarrow is not installed")

ROWS = {0: {"test_accuracy": 0.1}, 1: {"train_loss": 2.5}, 2: {"train_loss": 1.5, "test_accuracy": 0.4}}


def read(folder):
    """Scalars and hyperparameters of one run, as TensorBoard itself reads them."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.plugins.hparams import metadata, plugin_data_pb2

    events = EventAccumulator(str(folder), size_guidance={"scalars": 0})
    events.Reload()
    scalars = {tag: [(event.step, round(event.value, 5)) for event in events.Scalars(tag)]
               for tag in events.Tags()["scalars"]}
    packed = events.PluginTagToContent(metadata.PLUGIN_NAME)[metadata.SESSION_START_INFO_TAG]
    found = plugin_data_pb2.HParamsPluginData.FromString(packed).session_start_info.hparams
    return scalars, {name: getattr(value, value.WhichOneof("kind")) for name, value in found.items()}


def test_tensorboard_reads_scalars_and_hyperparameters(write_run, tmp_path, capsys):
    path = write_run("a", ROWS, {"rule": "median", "/workers/byzantine": 3, "seed": 1})
    write_run("b", ROWS, {"rule": "mean", "/workers/byzantine": 3, "seed": 1})
    (path / "diagnostics.csv").write_text("round,cosine_to_honest\n2,0.25\n")
    assert main(["tensorboard", str(tmp_path / "made"), "--out", str(tmp_path / "logs")]) == 0
    folders = capsys.readouterr().out.splitlines()
    assert [folder.rpartition("/")[2] for folder in folders] == ["rule=median,seed=1_a", "rule=mean,seed=1_b"]
    scalars, settings = read(folders[0])
    assert scalars == {"test_accuracy": [(0, 0.1), (2, 0.4)], "train_loss": [(1, 2.5), (2, 1.5)],
                       "cosine_to_honest": [(2, 0.25)]}
    assert settings == {"rule": "median"}


def test_written_again_it_replaces_what_was_there(stored, tmp_path):
    folder = stored("rules")
    for _ in range(2):
        assert main(["tensorboard", str(folder), "--out", str(tmp_path / "logs")]) == 0
    folders = sorted((tmp_path / "logs").iterdir())
    assert len(folders) == 5 and all(len(list(folder.iterdir())) == 1 for folder in folders)
    scalars, settings = read(folders[0])
    assert len(scalars["train_loss"]) == 12 and set(settings) == {"rule", "adversary"}


def test_names_of_values_cannot_leave_the_folder(write_run, tmp_path):
    write_run("a", ROWS, {"rule": "../../etc", "seed": 0})
    write_run("b", ROWS, {"rule": "x" * 500, "seed": 0})
    assert main(["tensorboard", str(tmp_path / "made"), "--out", str(tmp_path / "logs")]) == 0
    assert len(list((tmp_path / "logs").iterdir())) == 2 and not (tmp_path / "etc").exists()


def test_values_that_are_not_finite_are_written(write_run, tmp_path):
    write_run("a", {1: {"train_loss": 1}, 2: {"train_loss": "inf"}}, status="diverged")
    assert main(["tensorboard", str(tmp_path / "made"), "--out", str(tmp_path / "logs")]) == 0
    scalars, _ = read(next((tmp_path / "logs").iterdir()))
    assert scalars["train_loss"] == [(1, 1.0), (2, math.inf)]


def test_parquet_has_every_row_with_what_was_swept(stored, tmp_path, capsys):
    out = tmp_path / "new" / "rules.parquet"
    assert main(["parquet", str(stored("rules")), "--out", str(out), "--only", "rule=median"]) == 0
    assert "be4bf7a01cbf left out" in capsys.readouterr().err
    table = pd.read_parquet(out)
    assert set(table["rule"]) == {"median"} and set(table["status"]) == {"completed"}
    assert table["round"].dtype == "int64" and table["seed"].dtype == "Int64"
    assert table.groupby("run", observed=True).size().unique() == [21]
    assert {"train_loss", "seconds_gradients", "experiment"} <= set(table.columns)
    assert [path.name for path in out.parent.iterdir()] == ["rules.parquet"]


@pytest.mark.parametrize("command", ["tensorboard", "parquet"])
def test_no_run_is_an_error_and_writes_nothing(tmp_path, command, capsys):
    (tmp_path / "empty").mkdir()
    assert main([command, str(tmp_path / "empty"), "--out", str(tmp_path / "out")]) == 1
    assert "no usable run directory" in capsys.readouterr().err and not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", ["tensorboard", "parquet"])
def test_a_value_that_is_not_there_names_the_nearest(stored, tmp_path, command, capsys):
    assert main([command, str(stored("rules")), "--out", str(tmp_path / "out"), "--only", "rule=medain"]) == 2
    assert 'did you mean "median"?' in capsys.readouterr().err
