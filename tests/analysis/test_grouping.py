import itertools

import pytest

from analysis import labels, roles
from analysis.errors import UsageError
from analysis.sweep import choose_panel_axes, in_a_row, only, panels_of, repeated, sweep_of

ROWS = {0: {"train_loss": 1}}


@pytest.fixture
def runs(write_run, load):
    """Runs at these points of a sweep."""

    def make(*points):
        for number, swept in enumerate(points):
            write_run(f"run{number:02}", ROWS, swept)
        return load()

    return make


def shape(runs, **options):
    """Panels as {title: {colour: number of runs}}."""
    sweep = sweep_of(runs, options.pop("order", []))
    return {panel.title: {(curve.color, *curve.style): len(curve.runs) for curve in panel.curves}
            for panel in panels_of(runs, sweep, **options)}


def test_stored_runs_are_grouped_by_rule_in_panels_of_adversaries(stored, load):
    assert shape(load(stored("rules"))) == {
        "adversary: none": {("mean",): 2, ("median",): 1},
        "adversary: minus ten": {("mean",): 1, ("median",): 1},
    }


def test_seeds_alone_make_one_curve(runs):
    assert shape(runs({"seed": 0}, {"seed": 1})) == {"": {(None,): 2}}


def test_one_axis_makes_colours_and_no_panels(runs):
    assert shape(runs({"rule": "a"}, {"rule": "b"})) == {"": {("a",): 1, ("b",): 1}}


def test_the_last_axis_with_few_values_makes_the_panels(runs):
    found = runs(*[{"rule": rule, "/workers/byzantine": count} for rule in ("a", "b") for count in range(5)])
    assert shape(found) == {f"rule: {rule}": {(count,): 1 for count in range(5)} for rule in ("a", "b")}


def test_panels_and_colours_can_be_asked_for(runs):
    found = runs(*[{"rule": rule, "/workers/byzantine": count} for rule in ("a", "b") for count in (1, 2)])
    assert list(shape(found, panel="rule")) == ["rule: a", "rule: b"]
    assert list(shape(found, color="byzantine workers")) == ["rule: a", "rule: b"]
    assert shape(found, panel="none") == {"": {("a", "1"): 1, ("a", "2"): 1, ("b", "1"): 1, ("b", "2"): 1}}


def test_an_axis_called_panel_has_panels_with_axes_of_their_own(runs):
    found = runs({"panel": "left", "/workers/count": 1}, {"panel": "left", "/workers/count": 3},
                 {"panel": "right", "/workers/count": 3, "/workers/byzantine": 0},
                 {"panel": "right", "/workers/count": 3, "/workers/byzantine": 2})
    left, right = panels_of(found, sweep_of(found, []))
    assert (left.title, left.color_axis, left.style_axes) == ("left", "/workers/count", ())
    assert (right.title, right.color_axis, right.style_axes) == ("right", "/workers/byzantine", ())


def test_too_many_curves_for_a_panel_make_a_grid_of_panels(runs):
    points = itertools.product(range(8), range(6), (0.1, 1, 10))
    found = runs(*[{"rule": f"r{rule}", "adversary": f"a{attack}", "/partition/alpha": alpha}
                   for rule, attack, alpha in points])
    swept = sweep_of(found, [])
    panels = panels_of(found, swept)
    assert [panel.title for panel in panels[:7]] == [*(f"a{attack}, alpha 0.1" for attack in range(6)), "a0, alpha 1"]
    assert len(panels) == 18 and all(len(panel.curves) == 8 and panel.color_axis == "rule" for panel in panels)
    assert in_a_row(swept, choose_panel_axes(swept, None, None), 18) == 6
    assert in_a_row(swept, choose_panel_axes(swept, None, None), 17) is None


def test_panels_by_several_axes_asked_for(runs):
    found = runs(*[{"a": a, "b": b, "c": c} for a, b, c in itertools.product((0, 1), (0, 1), (0, 1))])
    swept = sweep_of(found, [])
    assert [panel.title for panel in panels_of(found, swept, "a,c")] == ["c 0, a 0", "c 1, a 0", "c 0, a 1", "c 1, a 1"]
    assert [len(panel.curves) for panel in panels_of(found, swept, ["a", "b", "c"])] == [1] * 8
    with pytest.raises(UsageError, match='--panel names "a" twice'):
        panels_of(found, swept, "a,a")


def test_an_axis_as_a_frame_calls_it_and_values_of_a_dict(runs):
    found = runs(*[{"/workers/byzantine": count, "rule": "a"} for count in (0, 3)])
    assert sweep_of(found, []).pick("byzantine_workers", "--rows") == "/workers/byzantine"
    assert [run.swept["/workers/byzantine"] for run in only(found, {"byzantine_workers": [3]})] == [3]
    assert [run.swept["/workers/byzantine"] for run in only(found, {"byzantine_workers": 0})] == [0]


@pytest.mark.parametrize("role, axis", [
    ("rule", "rule"), ("rule", "/aggregator"), ("rule", "/aggregator/name"), ("adversary", "/adversary"),
    ("adversary", "attack"), ("liars", "/workers/byzantine"), ("heterogeneity", "/workers/partition/alpha"),
    ("heterogeneity", "/workers/partition"),
])
def test_roles(role, axis):
    assert roles.axis_of(role, ["/optimizer/lr", "/adversary/factor", "/aggregator/m", axis]) == axis


def test_a_key_that_some_runs_lack_is_a_value_of_its_own(runs):
    found = runs({"clip": 1}, {})
    assert shape(found) == {"": {(labels.MISSING,): 1, (1,): 1}}


def test_lists_objects_and_lookalikes_stay_apart(runs):
    found = runs({"a": [1, 2]}, {"a": {"name": "x"}}, {"a": None}, {"a": True}, {"a": 1}, {"a": "1"})
    assert [len(curve.runs) for curve in panels_of(found, sweep_of(found, []))[0].curves] == [1] * 6


def test_order_and_its_mistakes(runs):
    found = runs({"rule": "a"}, {"rule": "b"}, {"rule": "c"})
    assert list(shape(found, order=[("rule", ["c", "a"])])[""]) == [("c",), ("a",), ("b",)]
    with pytest.raises(UsageError, match='no value "d" in the axis "rule"'):
        sweep_of(found, [("rule", ["d"])])


def test_only_keeps_a_part(runs):
    found = runs(*[{"rule": rule, "/workers/byzantine": count} for rule in ("a", "b") for count in (0, 3)])
    kept = only(found, [("rule", ["b"]), ("byzantine workers", ["0", "3"])])
    assert [run.swept for run in kept] == [{"rule": "b", "/workers/byzantine": count} for count in (0, 3)]


def test_an_unknown_axis_names_the_nearest(runs):
    found = runs({"adversary": "a"}, {"adversary": "b"})
    with pytest.raises(UsageError, match='no swept axis "adversery".*did you mean "adversary"'):
        panels_of(found, sweep_of(found, []), panel="adversery")


def test_the_same_point_twice_is_found(runs):
    found = runs({"rule": "a", "seed": 0}, {"rule": "a", "seed": 0}, {"rule": "a", "seed": 1})
    pairs = list(repeated(curve.runs for panel in panels_of(found, sweep_of(found, [])) for curve in panel.curves))
    assert [(one.path.name, two.path.name) for one, two in pairs] == [("run00", "run01")]
