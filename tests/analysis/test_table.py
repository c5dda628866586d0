"""Cells, rows and colours of the heat map, before they are drawn."""

import itertools
import math

import pytest

from analysis import shades
from analysis.axes import axes_of
from analysis.errors import NothingToDraw, UsageError
from analysis.sweep import sweep_of
from analysis.table import by_harm, tables_of

RULES = {"mean": {"none": 0.8, "alie": 0.7, "zero": 0.2}, "median": {"none": 0.75, "alie": 0.05, "zero": 0.65},
         "krum": {"none": 0.7, "alie": 0.6, "zero": 0.55}}


def end(value, column="test_accuracy"):
    return {0: {column: 0.1}, 5: {column: value}}


@pytest.fixture
def table(load, warnings):
    """The table of the runs written so far."""

    def make(column="test_accuracy", rows=None, columns=None, measure="last", **over):
        runs = load()
        swept = sweep_of(runs, [])
        [(_, found)] = tables_of(runs, column, swept, axes_of(swept, rows, columns, **over), measure, warnings.append)
        return found

    return make


@pytest.fixture
def gallery(write_run):
    for rule, row in RULES.items():
        for adversary, value in row.items():
            write_run(f"{rule}-{adversary}", end(value), {"rule": rule, "adversary": adversary})


def rows_by_harm(table):
    return by_harm([("", table)])[0][1].rows


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
    assert rows_by_harm(table(rows="adversary")) == ["none", "zero", "alie"]


def test_the_worst_of_each_column(gallery, table):
    found = table(rows="adversary")
    assert [found.worst(column).mean for column in found.columns] == [0.55, 0.2, 0.05]


def test_of_losses_the_highest_is_the_worst(write_run, table):
    for adversary, values in {"weak": (1, 1), "strong": (3, 2)}.items():
        for rule, value in zip("ab", values):
            write_run(f"{adversary}-{rule}", end(value, "test_loss"), {"adversary": adversary, "rule": rule})
    found = table("test_loss", rows="adversary")
    assert rows_by_harm(found) == ["strong", "weak"] and [found.worst(rule).mean for rule in "ab"] == [3, 2]


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


def swept(load):
    return sweep_of(load(), [])


def test_a_third_axis_makes_tables_side_by_side(write_run, load):
    for number in range(8):
        write_run(f"run{number}", end(number / 8), {axis: number >> place & 1 for place, axis in enumerate("abc")})
    axes = axes_of(swept(load))
    assert (axes.row, axes.column, axes.panels) == ("a", "b", ("c",))
    found = tables_of(load(), "test_accuracy", swept(load), axes, "last", None)
    assert [(title, means(table)) for title, table in found] == [
        ("c: 0", {0: [0, 2 / 8], 1: [1 / 8, 3 / 8]}), ("c: 1", {0: [4 / 8, 6 / 8], 1: [5 / 8, 7 / 8]})]


def test_too_many_tables_are_an_error_that_says_what_to_do(write_run, load):
    for number in range(30):
        write_run(f"run{number}", end(0.5), {"a": number, "b": number, "c": number % 25})
    said = '"c" varies too, which would make 25 tables; .*--only "c=0".*--worst-over "c"'
    with pytest.raises(UsageError, match=said):
        axes_of(swept(load))


@pytest.fixture
def byzfl(write_run):
    """Liars against heterogeneity, two adversaries, two rules; one adversary was not run at one point."""
    for liars, alpha, adversary, rule in itertools.product((1, 2), (0.1, 1.0), ("alie", "flip"), ("krum", "mean")):
        if (liars, alpha, adversary, rule) != (2, 1.0, "flip", "krum"):
            value = 0.9 - liars / 10 - (adversary == "alie") * 0.2 - (rule == "mean") * alpha / 10
            write_run(f"{liars}{alpha}{adversary}{rule}", end(value), {
                "/workers/byzantine": liars, "/workers/partition/alpha": alpha, "adversary": adversary, "rule": rule})


def test_liars_against_heterogeneity_are_the_worst_over_adversaries(byzfl, load):
    axes = axes_of(swept(load))
    assert axes.row == "/workers/partition/alpha" and axes.column == "/workers/byzantine"
    assert axes.worst == ("adversary",) and axes.panels == ("rule",)
    (_, krum), (_, mean) = tables_of(load(), "test_accuracy", swept(load), axes, "last", None)
    assert means(mean)[0.1] == pytest.approx([0.59, 0.49]) and means(krum)[0.1] == pytest.approx([0.6, 0.5])
    assert krum.cell(0.1, 1).chosen == "alie"
    assert krum.cell(1.0, 2).lacking == 1 and krum.cell(1.0, 1).lacking == 0


def test_the_best_rule_of_the_worst_adversary(byzfl, table):
    found = table(worst_over=["adversary"], best_over=["rule"])
    assert means(found)[1.0] == pytest.approx([0.6, 0.5]) and found.cell(1.0, 1).chosen == "krum, alie"


def test_best_is_the_best_round_of_the_mean_over_seeds(write_run, table):
    # The seeds' own best rounds differ; their mean is best at round 5, and the diverged one counts as chance at 7.
    one = {0: {"test_accuracy": 0.1}, 5: {"test_accuracy": 0.6}, 7: {"test_accuracy": 0.8}}
    two = {0: {"test_accuracy": 0.1}, 5: {"test_accuracy": 0.7}, 7: {"test_accuracy": 0.2}}
    pair(write_run, (one, "completed"), (two, "completed"), ({0: {"test_accuracy": 0.1}}, "diverged"))
    cell = table(measure="best").cell(1, 1)
    assert cell.values == (0.6, 0.7, 0.1) and cell.diverged == 1
    assert table().cell(1, 1).values == (0.8, 0.2, 0.1)


def test_the_best_loss_is_the_lowest(write_run, table):
    write_run("other", end(2, "test_loss"), {"a": 2, "b": 2})
    write_run("one", {0: {"test_loss": 3}, 5: {"test_loss": 1}, 9: {"test_loss": 2}}, {"a": 1, "b": 1})
    assert table("test_loss", measure="best").cell(1, 1).mean == 1


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
