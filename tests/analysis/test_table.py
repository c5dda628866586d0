"""Cells, rows and colours of the heat map, before they are drawn."""

import math

import pytest

from analysis import labels, palette, shades
from analysis.errors import NothingToDraw, UsageError
from analysis.sweep import sweep_of
from analysis.table import table_of

RULES = {"mean": {"none": 0.8, "alie": 0.7, "zero": 0.2}, "median": {"none": 0.75, "alie": 0.05, "zero": 0.65},
         "krum": {"none": 0.7, "alie": 0.6, "zero": 0.55}}


def end(value, column="test_accuracy"):
    return {0: {column: 0.1}, 5: {column: value}}


@pytest.fixture
def table(load, warnings):
    """The table of the runs written so far."""

    def make(column="test_accuracy", rows=None, columns=None):
        runs = load()
        return table_of(runs, column, sweep_of(runs, []), rows, columns, warnings.append)

    return make


@pytest.fixture
def gallery(write_run):
    for rule, row in RULES.items():
        for adversary, value in row.items():
            write_run(f"{rule}-{adversary}", end(value), {"rule": rule, "adversary": adversary})


def means(table):
    return {row: [table.cell(row, column) and table.cell(row, column).mean for column in table.columns]
            for row in table.rows}


def test_the_last_value_of_each_pair(gallery, table):
    assert means(table(rows="adversary")) == {
        "none": [0.7, 0.8, 0.75], "alie": [0.6, 0.7, 0.05], "zero": [0.55, 0.2, 0.65]}
    assert table(columns="adversary").rows == ["krum", "mean", "median"]


def test_rows_that_harm_a_typical_column_come_first_after_none(gallery, table):
    # By the median zero has 0.55 and alie 0.6; the mean over the columns would turn them round.
    assert table(rows="adversary").rows == ["none", "alie", "zero"]
    assert table(rows="adversary").sorted().rows == ["none", "zero", "alie"]


def test_the_worst_of_each_column(gallery, table):
    found = table(rows="adversary")
    assert [found.worst(column).mean for column in found.columns] == [0.55, 0.2, 0.05]


def test_of_losses_the_highest_is_the_worst(write_run, table):
    for adversary, values in {"weak": (1, 1), "strong": (3, 2)}.items():
        for rule, value in zip("ab", values):
            write_run(f"{adversary}-{rule}", end(value, "test_loss"), {"adversary": adversary, "rule": rule})
    found = table("test_loss", rows="adversary").sorted()
    assert found.rows == ["strong", "weak"] and [found.worst(rule).mean for rule in "ab"] == [3, 2]


def pair(write_run, *runs):
    """A second cell, so that both axes vary, and these runs (rows, status) as seeds of the first."""
    write_run("other", end(0.9), {"a": 2, "b": 2})
    for seed, (rows, status) in enumerate(runs):
        write_run(f"seed{seed}", rows, {"a": 1, "b": 1, "seed": seed}, status)


def test_seeds_are_averaged_and_a_diverged_one_counts_as_chance(write_run, table):
    pair(write_run, (end(0.8), "completed"), (end(0.7), "diverged"))
    cell = table().cell(1, 1)
    assert cell.mean == pytest.approx((0.8 + 0.1) / 2) and cell.diverged == 1 and len(cell.values) == 2


def test_a_diverged_loss_is_infinitely_bad(write_run, table):
    write_run("other", end(2, "test_loss"), {"a": 2, "b": 1})
    write_run("bad", end(9, "test_loss"), {"a": 1, "b": 1}, "diverged")
    found = table("test_loss", rows="a", columns="b")
    assert found.cell(1, 1).mean == math.inf and not found.cell(1, 1).known and found.worst(1).mean == math.inf


@pytest.mark.parametrize("status", ["running", "interrupted", "failed"])
def test_a_run_that_is_not_finished_has_no_final_value(write_run, table, warnings, status):
    pair(write_run, (end(0.8), status))
    assert table().cell(1, 1) is None
    assert len(warnings) == 1 and "seed0 left out: it is not finished" in warnings[0]


def test_no_finished_run_is_an_error(write_run, table):
    write_run("one", end(0.8), {"a": 1, "b": 1}, "running")
    write_run("two", end(0.8), {"a": 2, "b": 2}, "running")
    with pytest.raises(NothingToDraw, match="no run is finished and has test_accuracy"):
        table()


def test_the_same_point_and_seed_twice_is_told(write_run, table, warnings):
    pair(write_run, (end(0.8), "completed"))
    write_run("again", end(0.6), {"a": 1, "b": 1, "seed": 0})
    table()
    assert len(warnings) == 1 and "are the same point of the sweep and the same seed" in warnings[0]


def test_the_longer_axis_goes_down(write_run, table):
    for number in range(3):
        for rule in "ab":
            write_run(f"{rule}{number}", end(0.5), {"rule": rule, "count": number})
    assert (table().row_axis, table().column_axis) == ("count", "rule")
    assert table(columns="count").row_axis == "rule"


def test_a_third_axis_must_be_fixed(write_run, table):
    for number in range(8):
        write_run(f"run{number}", end(0.5), {axis: number >> place & 1 for place, axis in enumerate("abc")})
    with pytest.raises(UsageError, match='"c" varies too; draw one of its values, for example --only "c=0"'):
        table()


def test_one_axis_is_not_enough_unless_the_other_is_named(write_run, table):
    for number in range(2):
        write_run(f"run{number}", end(0.5), {"rule": number, "fixed": "x"})
    with pytest.raises(NothingToDraw, match="needs two swept axes, and these runs have: rule, fixed"):
        table()
    assert means(table(columns="fixed")) == {0: [0.5], 1: [0.5]}
    with pytest.raises(UsageError, match='both name "rule"'):
        table(rows="rule", columns="rule")


def test_a_few_values_far_off_do_not_take_the_colours_from_the_rest():
    values = [0.70, 0.72, 0.74, 0.76, 0.78, 0.80, 0.1]
    found = shades.shades_of(values, 1)
    assert (found.low, found.high, found.below, found.above) == (0.70, 0.80, True, False)
    assert found.color(0.1) == found.color(0.70) == found.color(-math.inf)
    asked = shades.shades_of(values, 1, (0.0, 0.75))
    assert (asked.low, asked.high, asked.below, asked.above) == (0.0, 0.75, False, True)


@pytest.mark.parametrize("sign", [1, -1])
def test_dark_is_bad_evenly_and_every_number_can_be_read(sign):
    found = shades.shades_of([0.0, 1.0], sign)
    steps = [found.color(place / 20) for place in range(21)][::sign]
    light = [shades.luminance(color) for color in steps]
    assert light == sorted(light) and len(set(steps)) == 21
    for color in steps:
        one, two = sorted((shades.luminance(color), shades.luminance(shades.ink_on(color))))
        assert (two + 0.05) / (one + 0.05) > 4.3, color


def test_equal_values_and_none_at_all_still_have_a_range():
    for values in ([0.5, 0.5], [0.0], [math.inf], []):
        found = shades.shades_of(values, 1)
        assert found.low < found.high and found.color(0.5).startswith("#")
