"""The value of a swept setting that is best in the worst case: chosen on the validation split, told with its test accuracy."""
import json

import numpy as np
import pytest

SWEEP = {
    "cases": {
        "rule": {"mean": {"/aggregator": "mean"}, "median": {"/aggregator": "median"}},
        "attack": {"alie": {"/adversary": "alie"}, "flip": {"/adversary": {"name": "rescale", "factor": -3}}},
    },
    "grid": {"/optimizer/lr": [0.001, 0.5]},
    "seeds": 2,
    "select": {"over": ["/optimizer/lr"], "worst_over": ["attack"]},
}


@pytest.fixture
def config(program):
    """Two clouds that a line divides, and how to train on them."""
    random = np.random.default_rng(0)
    for split, samples in {"": 900, "test_": 100}.items():
        targets = np.arange(samples) % 2
        inputs = random.normal(0, 1, (samples, 4)) + np.where(targets, 0.5, -0.5)[:, None]
        np.save(program.folder / f"{split}x.npy", inputs.astype(np.float32))
        np.save(program.folder / f"{split}y.npy", targets.astype(np.int64))

    def config(validation=0.3, sweep=SWEEP, **changes):
        files = {name: name + ".npy" for name in ("x", "y", "test_x", "test_y")}
        task = {"dataset": {"name": "arrays", **files, "validation": validation}, "model": "logistic"}
        changes = {"task": task, "compressor": "none", "rounds": 30, "evaluate": {"every": 30}, "sweep": sweep} | changes
        return program.config(**changes)

    return config


def answers(program):
    return json.loads((program.folder / "results/toy/selection.json").read_text())["selections"]


def table(program):
    """By rule, rate and attack: the mean over seeds of the final validation and test accuracy."""
    cells = {}
    for run in program.runs():
        manifest = json.loads((run / "manifest.json").read_text())
        swept = manifest["swept"]
        accuracy = [manifest["final"][split + "_accuracy"] for split in ("validation", "test")]
        cells.setdefault((swept["rule"], swept["/optimizer/lr"], swept["attack"]), []).append(accuracy)
    return {cell: np.mean(values, axis=0) for cell, values in cells.items()}


def test_the_rate_that_is_best_against_the_worst_attack_is_selected_on_the_validation_split(program, config):
    done = program("run", config())
    (answer,) = answers(program)
    cells = table(program)
    assert [group["for"]["rule"] for group in answer["groups"]] == ["mean", "median"]
    for group in answer["groups"]:
        rule = group["for"]["rule"]
        worst = {lr: min(cells[rule, lr, attack][0] for attack in ("alie", "flip")) for lr in (0.001, 0.5)}
        chosen = max(worst, key=worst.get)
        assert group["selected"] == {"/optimizer/lr": chosen}
        assert group["worst"]["validation_accuracy"] == pytest.approx(worst[chosen])
        tested = {attack: cells[rule, chosen, attack][1] for attack in ("alie", "flip")}
        attack = group["worst_test"]["at"]["attack"]
        assert tested[attack] == group["worst_test"]["test_accuracy"] == pytest.approx(min(tested.values()))
        assert group["incomplete"] == []
    assert "selected lr by the highest validation_accuracy in the worst case over attack" in done.stdout
    lines = [line.split() for line in done.stdout.splitlines()]
    assert ["median", "lr", "0.5", f"{worst[chosen]:.4g}", "flip", f"{min(tested.values()):.4g}", "flip"] in lines

    assert program("run", config()).stdout == done.stdout


def test_a_cell_without_a_result_is_told_and_what_lacks_it_is_not_compared(program, config):
    program("run", config())
    (victim,) = [run for run in program.runs() if json.loads((run / "manifest.json").read_text())["swept"]
                 == {"rule": "median", "attack": "flip", "/optimizer/lr": 0.5, "seed": 1}]
    manifest = json.loads((victim / "manifest.json").read_text())
    (victim / "manifest.json").write_text(json.dumps(manifest | {"status": "failed", "reason": "disk full"}))
    left = program("run", config(), expect=1)
    (answer,) = answers(program)
    mean, median = answer["groups"]
    assert median["selected"] == {"/optimizer/lr": 0.001} and mean["incomplete"] == []
    assert median["incomplete"] == [{"setting": {"/optimizer/lr": 0.5}, "at": {"attack": "flip", "seed": 1},
                                     "reason": "failed: disk full"}]
    assert "1 of the runs behind it has no result; a value that lacks one was not compared: " in left.stdout


def test_blocks_of_a_sweep_select_apart(program, config):
    blocks = [{"cases": {"rule": {rule: {"/aggregator": rule}}}, "grid": {"/optimizer/lr": rates},
               "select": {"over": ["/optimizer/lr"]}} for rule, rates in {"mean": [0.1, 0.2], "median": [0.3, 0.4]}.items()]
    program("run", config(sweep=blocks))
    chosen = [[group["selected"]["/optimizer/lr"] for group in answer["groups"]] for answer in answers(program)]
    assert [len(groups) for groups in chosen] == [1, 1]
    assert chosen[0][0] in (0.1, 0.2) and chosen[1][0] in (0.3, 0.4)


@pytest.mark.parametrize("validation, select, told", [
    (0, {}, '/sweep/select/metric: "validation_accuracy" needs a validation split; set /task/dataset/validation, as 0.2'),
    (0.3, {"metric": "test_accuracy"}, '/sweep/select/metric: "test_accuracy": a choice by the test set'),
    (0.3, {"metric": "validation_acuracy"}, 'is not measured; did you mean "validation_accuracy"?'),
    (0.3, {"over": ["/optimizer/rl"]}, '/sweep/select/over/0: "/optimizer/rl" is no axis of this sweep block; did you mean'),
    (0.3, {"worst_over": ["atack"]}, '/sweep/select/worst_over/0: "atack" is no axis of this sweep block; did you mean "attack"?'),
])
def test_what_cannot_be_selected_is_told_before_anything_runs(program, config, validation, select, told):
    sweep = SWEEP | {"select": SWEEP["select"] | select}
    assert told in program("run", config(validation, sweep), expect=2).stderr
    assert not (program.folder / "results").exists()
