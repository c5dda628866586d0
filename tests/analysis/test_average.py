import numpy as np
import pytest

from analysis.average import average, in_words
from analysis.quantities import series


@pytest.fixture
def averaged(write_run, load):
    """Mean of runs given as (status, {round: value}) in one column."""

    def make(column, *runs, chance=0.1):
        for number, (status, values) in enumerate(runs):
            rows = {at: {column: value} for at, value in values.items()}
            write_run(f"seed{number}", rows, {"seed": number}, status, chance)
        loaded = load()
        return average(loaded, [series(run, "round", column, 1) for run in loaded], column)

    return make


def test_two_seeds_band_from_lowest_to_highest(averaged):
    table = averaged("test_accuracy", ("completed", {0: 0.1, 5: 0.4}), ("completed", {0: 0.1, 5: 0.6})).table
    assert list(table.loc[5, ["mean", "low", "high"]]) == pytest.approx([0.5, 0.4, 0.6])


def test_three_seeds_band_of_a_standard_deviation(averaged):
    table = averaged("test_accuracy", *[("completed", {5: value}) for value in (0.4, 0.5, 0.9)]).table
    spread = np.std([0.4, 0.5, 0.9], ddof=1)
    assert list(table.loc[5, ["mean", "low", "high"]]) == pytest.approx([0.6, 0.6 - spread, 0.6 + spread])


def test_a_diverged_seed_counts_as_chance_from_there_on(averaged):
    mean = averaged("test_accuracy", ("completed", {0: 0.1, 5: 0.6, 10: 0.8}), ("diverged", {0: 0.1, 5: 0.4}))
    assert list(mean.table["mean"]) == pytest.approx([0.1, 0.5, 0.45])
    assert mean.stops == [(5, 0.5)] and not mean.ended


def test_a_curve_of_diverged_seeds_stops_at_the_last(averaged):
    mean = averaged("test_accuracy", ("diverged", {0: 0.2, 5: 0.4}), ("diverged", {0: 0.2, 5: 0.4, 10: 0.3}))
    assert list(mean.table.index) == [0, 5, 10]
    assert mean.table.loc[10, "mean"] == pytest.approx(0.2)
    assert [at for at, _ in mean.stops] == [5, 10] and mean.ended


def test_a_mean_loss_ends_where_a_seed_diverges(averaged):
    mean = averaged("train_loss", ("completed", {1: 2.0, 2: 1.0, 3: 0.5}), ("diverged", {1: 2.0, 2: 4.0, 3: "nan"}))
    assert list(mean.table.index) == [1, 2] and mean.ended


def test_accuracy_without_a_known_chance_ends_too(averaged):
    runs = ("completed", {0: 0.1, 5: 0.6, 9: 0.8}), ("diverged", {0: 0.1, 5: 0.4})
    mean = averaged("test_accuracy", *runs, chance=None)
    assert list(mean.table.index) == [0, 5]


def test_a_seed_that_diverged_before_its_first_value_counts_as_chance(averaged):
    mean = averaged("test_accuracy", ("completed", {0: 0.1, 5: 0.6}), ("diverged", {0: "nan"}))
    assert list(mean.table["mean"]) == pytest.approx([0.1, 0.35])


def test_a_seed_that_is_not_done_leaves_the_mean_to_the_others(averaged):
    mean = averaged("test_accuracy", ("completed", {0: 0.1, 5: 0.6, 10: 0.8}), ("running", {0: 0.1, 5: 0.4}))
    assert list(mean.table["mean"]) == pytest.approx([0.1, 0.5, 0.8]) and not mean.stops


def test_a_round_that_one_seed_alone_measured_makes_no_jump(averaged):
    mean = averaged("test_accuracy", ("completed", {0: 0.1, 5: 0.6, 10: 0.8}), ("diverged", {0: 0.1, 5: 0.4, 7: 0.1}))
    assert list(mean.table.index) == [0, 5, 10]
    assert mean.stops == [(5, 0.5)]


@pytest.mark.parametrize("sizes, words", [
    ([1, 1], "One run for each curve."),
    ([2, 2], "Mean over 2 seeds; band: lowest to highest seed."),
    ([3, 5], "Mean over 3 to 5 seeds; band: mean ± standard deviation."),
    ([1, 4], "Mean over 1 to 4 seeds; band: mean ± standard deviation, lowest to highest below 3 seeds."),
])
def test_the_small_print_says_what_the_band_is(sizes, words):
    assert in_words(sizes) == words
