"""The command from its arguments to its files, and what stands in the picture."""

import itertools

import pytest

from analysis.__main__ import main
from analysis.keys import ROW, apart
from pictures import texts


def svg(folder, *options):
    assert main(["curves", str(folder), *options]) == 0
    return (folder / "curves.svg").read_text()


def panels(sheet):
    return [axes for axes in sheet.axes if axes.axison]


def test_writes_and_prints_both_files(stored, capsys):
    folder = stored("rules")
    assert main(["curves", str(folder)]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines() == [str(folder / f"curves.{kind}") for kind in ("png", "svg", "pdf")]
    assert (folder / "curves.png").read_bytes().startswith(b"\x89PNG")
    assert len(err.splitlines()) == 1 and "be4bf7a01cbf" in err


def test_out_makes_its_folder_and_keeps_dots(stored, tmp_path):
    assert main(["curves", str(stored("rules")), "--out", str(tmp_path / "new" / "figure.v1")]) == 0
    assert (tmp_path / "new" / "figure.v1.svg").exists()


def test_the_same_data_gives_the_same_bytes(stored, tmp_path):
    folder = stored("rules")
    first, second = svg(folder), svg(folder)
    assert first == second and "dc:date" not in first


def test_the_picture_says_what_it_is(stored):
    said = texts(svg(stored("rules")))
    for words in ("Test accuracy", "Training loss", "Rounds", "rule", "mean", "median", "adversary: none",
                  "adversary: minus ten", "80%"):
        assert words in said, words
    assert any("lowest to highest seed" in line and "chance, 10%" in line and "×: diverged" in line for line in said)


@pytest.mark.parametrize("x, label", [
    ("epoch", "Epochs"), ("bytes", "Bytes sent by workers"), ("seconds", "Seconds (without"),
])
def test_other_horizontal_axes(stored, x, label):
    assert any(line.startswith(label) for line in texts(svg(stored("rules"), "--x", x)))


def test_a_task_without_accuracy_has_its_loss_on_a_log_axis(stored, sheets):
    said = texts(svg(stored("quadratic")))
    assert "Test loss" in said and not any("ccuracy" in line for line in said)
    assert [axes.get_yscale() for axes in panels(sheets[0])] == ["log"]
    assert {"byzantine", "workers", "0", "12"} <= set(said)


def test_diverged_runs_are_crossed_out_where_they_stop(stored, sheets):
    svg(stored("rules"))
    crosses = [line for axes in panels(sheets[0]) for line in axes.lines if line.get_marker() == "x"]
    assert [line.get_xdata()[0] for line in crosses] == [10, 11]
    assert crosses[0].get_ydata()[0] == pytest.approx(0.1)


def test_a_run_that_diverged_at_once_is_not_forgotten(write_run, tmp_path, sheets):
    write_run("good", {0: {"test_accuracy": 0.1}, 5: {"train_loss": 1, "test_accuracy": 0.8}}, {"rule": "good"})
    write_run("bad", {0: {"test_accuracy": 0.1}, 1: {"train_loss": "nan"}}, {"rule": "bad"}, "diverged")
    said = texts(svg(tmp_path / "made"))
    assert {"good", "bad"} <= set(said) and any("×: diverged" in line for line in said)


def test_values_that_read_the_same_are_written_as_json(write_run, tmp_path):
    for number, value in enumerate((1, "1")):
        write_run(f"run{number}", {0: {"test_loss": 2}, 5: {"test_loss": 1 + number}}, {"a": value})
    assert {"1", '"1"'} <= set(texts(svg(tmp_path / "made")))


def test_panels_share_the_vertical_axis(stored, sheets):
    svg(stored("rules"))
    left_top, left_below, right_top, right_below = panels(sheets[0])
    assert left_top.get_ylim() == right_top.get_ylim() and left_below.get_ylim() == right_below.get_ylim()


@pytest.fixture
def own_axes(write_run, tmp_path):
    """Panels that differ in their axis (left, right) or in its values (right, third)."""
    points = [("left", "/workers/count", 1), ("left", "/workers/count", 81)]
    points += [("right", "/workers/byzantine", count) for count in range(15)]
    points += [("third", "/workers/byzantine", 0), ("third", "/workers/byzantine", 99)]
    for number, (panel, axis, value) in enumerate(points):
        rows = {0: {"test_loss": 9}, 5: {"test_loss": 1 + value / 9}}
        write_run(f"run{number:02}", rows, {"panel": panel, axis: value})
    return tmp_path / "made"


def test_panels_with_axes_of_their_own_have_keys_with_their_values_alone(own_axes):
    said = texts(svg(own_axes))
    assert {"left", "right", "third", "workers", "byzantine"} <= set(said)
    assert [said.count(label) for label in ("81", "14", "99")] == [1, 1, 1]


@pytest.fixture
def close_ends(write_run, tmp_path):
    """Eleven curves that end almost at one point."""
    for number in range(11):
        last = {"test_accuracy": 0.5 + number / 1000, "train_loss": 1}
        write_run(f"run{number:02}", {0: {"test_accuracy": 0.1}, 5: last}, {"rule": f"a rule, number {number}"})
    return tmp_path / "made"


@pytest.mark.parametrize("sweep, options", [
    ("rules", []), ("rules", ["--x", "bytes"]), ("rules", ["--panel", "none"]),
    ("ends", []), ("ends", ["--panel", "rule"]), ("own axes", []),
])
def test_texts_touch_neither_each_other_nor_a_panel(stored, request, sheets, sweep, options):
    fixtures = {"ends": "close_ends", "own axes": "own_axes"}
    folder = stored("rules") if sweep == "rules" else request.getfixturevalue(fixtures[sweep])
    svg(folder, "--title", "a title that goes on " * 8, *options)
    sheet = sheets[0]
    renderer = sheet.canvas.get_renderer()
    found = [*sheet.texts, *(text for axes in sheet.axes for text in axes.texts)]
    boxes = [(text.get_text(), text.get_window_extent(renderer)) for text in found if text.get_text()]
    for (one, first), (two, second) in itertools.combinations(boxes, 2):
        assert not first.padded(-1).overlaps(second.padded(-1)), (one, two)
    for words, box in boxes:
        assert not any(box.padded(-1).overlaps(axes.bbox) for axes in panels(sheet)), words
        assert box.x1 <= sheet.bbox.x1 and box.y0 >= 0, words


def test_labels_are_spread_apart_but_kept_near():
    places = apart([0.0, 0.5, 0.5, 0.5, 1.7], ROW, 0.1, 2.0)
    assert all(b - a >= ROW - 1e-9 for a, b in itertools.pairwise(places))
    assert places == pytest.approx([0.1, 0.5 - ROW, 0.5, 0.5 + ROW, 1.7])
    assert max(apart([2.0] * 5, ROW, 0.1, 2.0)) <= 2.0 + 1e-9


@pytest.mark.parametrize("options, said", [
    (["--y", "test_acuracy"], 'did you mean "test_accuracy"?'),
    (["--panel", "adversery"], 'did you mean "adversary"?'),
    (["--order", "rule=men"], 'did you mean "mean"?'),
    (["--only", "rul=mean"], 'did you mean "rule"?'),
    (["--y", "bytes_up", "--log-y"], "a logarithm needs values above 0"),
])
def test_bad_usage_ends_with_2_and_says_what_would_be_right(stored, capsys, options, said):
    assert main(["curves", str(stored("rules")), *options]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("options", [["--x", "rounds"], ["--median", "0"], ["--order", "rule"], ["--y", ","]])
def test_bad_options_end_with_2(stored, options):
    with pytest.raises(SystemExit) as stop:
        main(["curves", str(stored("rules")), *options])
    assert stop.value.code == 2


def test_no_run_left_ends_with_1(tmp_path, capsys):
    assert main(["curves", str(tmp_path)]) == 1
    assert "no manifest.json found" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--help"], ["curves", "--help"]])
def test_help_has_an_example(arguments, capsys):
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 0 and "python -m analysis curves results/quickstart" in capsys.readouterr().out
