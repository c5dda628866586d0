"""configs/counterexamples: each shows where signs fail and what helps."""
import csv
import json

import pytest

from tree import ROOT


def final_losses(program, name, axis):
    program("run", ROOT / "configs/counterexamples" / f"{name.replace('-', '_')}.json")
    losses = {}
    for run in program.runs(name):
        case = json.loads((run / "manifest.json").read_text())["swept"][axis]
        *_, last = csv.DictReader((run / "metrics.csv").open())
        losses.setdefault(case, []).append(float(last["test_loss"]))
    return losses


def test_with_a_rare_large_gradient_signs_climb_and_feedback_descends(program):
    losses = final_losses(program, "skewed-noise", "codec")
    assert all(loss > 10 for case in ["sign and vote", "scaled sign"] for loss in losses[case])
    assert all(-7 < loss < -4 for case in ["none", "scaled sign, error feedback"] for loss in losses[case])


def test_signs_cross_the_valley_and_feedback_goes_down(program):
    losses = final_losses(program, "valley", "codec")
    assert losses["sign and vote"] == losses["scaled sign"] == [pytest.approx(1, abs=0.03)]  # eps |1 + 1|, as at the start
    assert losses["none"][0] < 0.05 and losses["scaled sign, error feedback"][0] < 0.05


def test_the_vote_of_unlike_workers_stalls_and_noise_before_the_sign_helps(program):
    losses = final_losses(program, "heterogeneous", "before the sign")
    assert losses["nothing"] == [pytest.approx(108.2, abs=0.2)]
    assert all(81.1 < losses[case][0] < 83 for case in ["normal noise", "uniform noise"])
