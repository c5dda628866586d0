import pytest

from analysis import labels
from analysis.errors import UsageError
from analysis.sweep import only, panels_of, repeated, sweep_of

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
