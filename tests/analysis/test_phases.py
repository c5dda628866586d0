"""The command phases: milliseconds of a round, averaged over rounds and runs."""

import pytest

from analysis import plot_phases
from analysis.__main__ import main
from pictures import texts

ROWS = {0: {"test_loss": 2}, 2: {"test_loss": 1}}
# Round 0 is an evaluation before the first round, and no round of training.
TIMING = "0,0,0,0,0,0,9\n1,1,0.5,0,0,0.25,0\n2,2,0,0,0.5,0,1\n"


def widths(axes):
    """Of the bars of each phase, in milliseconds."""
    return [[bar.get_width() for bar in container] for container in axes.containers]


def test_bars_are_means_over_rounds_and_runs(write_run, tmp_path):
    write_run("a", ROWS, {"rule": "mean", "seed": 0}, timing=TIMING)
    write_run("b", ROWS, {"rule": "mean", "seed": 1}, timing="1,3.5,0,0,0,0,0\n")
    write_run("c", ROWS, {"rule": "median"}, timing="1,1,0,0,4,0,0\n")
    [axes] = plot_phases(tmp_path)
    assert [text.get_text() for text in axes.get_yticklabels()] == ["mean", "median"]
    gradients, forge, aggregate, step, evaluate = widths(axes)
    assert gradients == pytest.approx([2500, 1000]) and aggregate == pytest.approx([125, 4000])
    assert evaluate == pytest.approx([250, 0])  # encode never took time and has no colour


def test_the_picture_names_phases_and_runs(stored):
    folder = stored("rules")
    assert main(["phases", str(folder), "--by", "adversary"]) == 0
    said = texts((folder / "phases.svg").read_text())
    assert {"gradients", "aggregate", "Milliseconds a round", "minus ten", "adversary"} <= set(said)
    assert any("2 to 3 runs a bar" in line for line in said)


def test_runs_without_timing_are_named(write_run, tmp_path, capsys):
    write_run("a", ROWS, {"rule": "mean"})
    assert main(["phases", str(tmp_path)]) == 1
    err = capsys.readouterr().err
    assert "a left out: it has no timing.csv" in err and "no run has a timing.csv that can be read" in err
    write_run("b", ROWS, {"rule": "median"}, timing=TIMING)
    assert main(["phases", str(tmp_path)]) == 0


def test_an_unknown_axis_names_the_nearest(stored, capsys):
    assert main(["phases", str(stored("rules")), "--by", "rul"]) == 2
    assert 'did you mean "rule"?' in capsys.readouterr().err
