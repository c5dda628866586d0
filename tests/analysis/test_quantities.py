import numpy as np
import pytest

from analysis import quantities
from analysis.errors import NothingToDraw, Unusable, UsageError

BYTES = {
    0: {"test_accuracy": 0.1},
    1: {"bytes_up": 10, "bytes_down": 1},
    2: {"bytes_up": 20, "bytes_down": 2, "test_accuracy": 0.5},
}
TIMING = "0,0,0,0,0,0,9\n1,1,0.5,0,0,0.25,0\n2,2,0,0,0.5,0,9\n"


def test_bytes_add_up_in_both_directions(write_run, load):
    write_run("one", BYTES)
    assert list(quantities.x_values(load()[0], "bytes")) == [0, 11, 33]


def test_bytes_of_a_stored_run(stored, load):
    run = load(stored("rules"))[0]
    assert quantities.x_values(run, "bytes").iloc[-1] == run.metrics["round"].iloc[-1] * 2 * 9 * 994


def test_seconds_add_up_without_evaluation(write_run, load):
    write_run("one", BYTES, timing=TIMING)
    assert list(quantities.x_values(load()[0], "seconds")) == [0, 1.75, 4.25]


def test_seconds_start_at_zero_where_timing_starts_later_and_end_with_it(write_run, load):
    write_run("one", BYTES, timing="1,1,0,0,0,0,0\n")
    values = quantities.x_values(load()[0], "seconds")
    assert list(values[:2]) == [0, 1] and np.isnan(values[2])


def test_seconds_without_timing_say_so(write_run, load):
    write_run("one", BYTES)
    with pytest.raises(Unusable, match="no timing.csv"):
        quantities.series(load()[0], "seconds", "test_accuracy", 1)


def test_damaged_timing_costs_a_figure_without_seconds_nothing(write_run, load, warnings):
    write_run("one", BYTES, timing="1,1,0")
    run = load()[0]
    assert not warnings and len(quantities.series(run, "round", "test_accuracy", 1)) == 2
    with pytest.raises(Unusable, match="timing.csv"):
        quantities.series(run, "seconds", "test_accuracy", 1)


def test_only_measured_rounds_are_kept(write_run, load):
    write_run("one", BYTES)
    table = quantities.series(load()[0], "bytes", "test_accuracy", 1)
    assert list(table.index) == [0, 2] and list(table["x"]) == [0, 33] and list(table["y"]) == [0.1, 0.5]


def test_a_diverged_run_ends_at_its_last_finite_value(stored, load):
    diverged = next(run for run in load(stored("rules")) if run.diverged)
    assert quantities.series(diverged, "round", "train_loss", 1).index[-1] == 11


def test_a_completed_run_that_is_not_finite_is_unusable(write_run, load):
    write_run("one", {0: {"train_loss": 1}, 1: {"train_loss": "inf"}})
    with pytest.raises(Unusable, match="train_loss is not finite at round 1"):
        quantities.series(load()[0], "round", "train_loss", 1)


def test_a_missing_column_names_the_nearest(stored, load):
    with pytest.raises(UsageError, match='no column "test_acuracy".*did you mean "test_accuracy"') as error:
        quantities.check_columns(load(stored("rules")), ["test_acuracy"], "DIR")
    assert "update_norm" in str(error.value)


def test_a_column_that_is_always_empty_is_never_measured(stored, load):
    with pytest.raises(NothingToDraw, match="never measured"):
        quantities.check_columns(load(stored("quadratic")), ["test_accuracy"], "DIR")


def test_default_columns(stored, load, write_run):
    assert quantities.default_columns(load(stored("rules"))) == ["test_accuracy", "train_loss"]
    assert quantities.default_columns(load(stored("quadratic"))) == ["test_loss"]
    bare = write_run("one", {0: {"train_loss": 2.0}}, name="bare")
    assert quantities.default_columns(load(bare.parent)) == ["train_loss"]
    tuned = write_run("one", {0: {"validation_accuracy": 0.1}}, name="tuned")
    assert quantities.default_columns(load(tuned.parent)) == ["validation_accuracy", "train_loss"]


def test_a_noisy_training_loss_gets_a_median_that_its_label_names(write_run, load):
    noise = np.random.default_rng(0).normal(0, 0.2, 201)
    write_run("noisy", {at: {"train_loss": 2 - at / 200 + noise[at]} for at in range(201)}, name="noisy")
    write_run("smooth", {at: {"train_loss": 2 - at / 200} for at in range(201)}, name="smooth")
    noisy, smooth = load()
    window = quantities.median_window([noisy], "train_loss")
    assert window == 5
    assert quantities.y_label("train_loss", window) == "Training loss\n(running median of 5 rounds)"
    assert quantities.median_window([smooth], "train_loss") == 1
    assert quantities.median_window([noisy], "test_loss") == 1
    smoothed = quantities.series(noisy, "round", "train_loss", window)["y"]
    assert smoothed[100] == np.median(noisy.metrics["train_loss"][98:103])


@pytest.mark.parametrize("largest, label", [(5e4, "(kB)"), (5e7, "(MB)"), (5e10, "(GB)"), (0, "(MB)")])
def test_bytes_name_their_unit(largest, label):
    assert quantities.x_scale("bytes", largest)[1] == f"Bytes sent by workers and server {label}"
