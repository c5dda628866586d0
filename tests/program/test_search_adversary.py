"""The worst adversary by successive halving: what the whole grid says, for a part of its rounds."""
import json
import signal
import time

import pytest

RANGES = [{"name": "ipm", "factor": [0.1, 1, 3]}, {"name": "alie", "quantile": "given", "z": [0.5, 1, 3]},
          "sign_flip", "zero", {"name": "rescale", "factor": -10}]
ALONE = ([{"name": "ipm", "factor": factor} for factor in (0.1, 1, 3)]
         + [{"name": "alie", "quantile": "given", "z": z} for z in (0.5, 1, 3)]
         + [{"name": "sign_flip"}, {"name": "zero"}, {"name": "rescale", "factor": -10}])
RULES = {"rule": {"median": {"/aggregator": "median"}, "trimmed": {"/aggregator": "trimmed_mean"},
                  "mean": {"/aggregator": "mean"}}}
PROBLEM = {"compressor": "none", "rounds": 60, "evaluate": {"every": 5}, "optimizer": {"name": "sgd", "lr": 0.3}}


def searching(program, search={}, cases=RULES, **changes):
    changes = {"sweep": {"cases": cases}, "search": {"adversary": {"candidates": RANGES} | search}} | changes
    return program.config(**PROBLEM | changes)


def grid(program, name="grid", **changes):
    """All runs of the search at full length: the final loss by rule and adversary."""
    cases = RULES | {"attack": {str(i): {"/adversary": adversary} for i, adversary in enumerate(ALONE)}}
    program("run", program.config(**PROBLEM | changes | {"name": name, "sweep": {"cases": cases}}))
    loss = {}
    for manifest in manifests(program, name):
        swept = manifest["swept"]
        loss.setdefault(swept["rule"], {})[int(swept["attack"])] = manifest["final"]["test_loss"]
    return loss


def manifests(program, name="toy"):
    return [json.loads((run / "manifest.json").read_text()) for run in program.runs(name)]


def found(program, name="toy"):
    """By rule."""
    document = json.loads((program.folder / "results" / name / "search.json").read_text())
    return {cell["for"].get("rule"): cell for cell in document["adversary"]["found"]}


def is_worst(cell, losses):
    worst = ALONE[max(losses, key=losses.get)]
    return worst.items() <= cell["worst"]["adversary"].items() and cell["worst"]["test_loss"] == max(losses.values())


def test_the_worst_adversary_of_the_grid_is_found_for_a_part_of_its_rounds(program):
    losses = grid(program)
    assert len({max(loss, key=loss.get) for loss in losses.values()}) > 1  # what hurts one rule most is not what hurts another
    done = program("run", searching(program))
    assert "search: 9 candidates to round 10, 3 to round 20, 1 to round 60; worth 2.67 runs of 9" in done.stderr
    cells = found(program)
    assert cells.keys() == losses.keys()
    for rule, cell in cells.items():
        assert is_worst(cell, losses[rule])
        assert [(level["rounds"], len(level["candidates"])) for level in cell["levels"]] == [(10, 9), (20, 3), (60, 1)]
    assert sum(manifest["rounds_done"] for manifest in manifests(program)) == 3 * (9 * 10 + 3 * 10 + 1 * 40)


def test_a_larger_budget_takes_fewer_halvings_and_finds_what_hurts_late(program):
    slow = {"optimizer": {"name": "sgd", "lr": 0.1}, "rounds": 90, "evaluate": {"every": 10}}
    losses = grid(program, **slow)["median"]
    median = {"rule": {"median": RULES["rule"]["median"]}}
    program("run", searching(program, cases=median, **slow))
    assert not is_worst(found(program)["median"], losses)  # it looks harmless in round 10
    done = program("run", searching(program, {"budget": 6}, median, **slow))
    assert "9 candidates to round 30, 3 to round 90; worth 5 runs of 9" in done.stderr
    assert is_worst(found(program)["median"], losses)


def test_seeds_are_averaged_and_counted_in_the_budget(program):
    done = program("run", searching(program, {"budget": 6}, sweep={"cases": RULES, "seeds": 2}))
    assert "9 candidates to round 10, 3 to round 20, 1 to round 60; worth 5.33 runs of 18" in done.stderr
    first = found(program)["trimmed"]["levels"][0]["candidates"][0]
    values = [float(row.split(",")[6]) for run in program.runs()
              if json.loads((run / "manifest.json").read_text())["swept"].items()
              >= {"rule": "trimmed", "adversary": first["adversary"]}.items()
              for row in (run / "metrics.csv").read_text().splitlines() if row.startswith("10,")]
    assert len(values) == 2 and first["test_loss"] == pytest.approx(sum(values) / 2)


def test_the_config_of_the_worst_is_one_that_run_takes(program):
    assert "configs of the worst: results/toy/worst*.json" in program("run", searching(program)).stdout
    for rule, cell in found(program).items():
        assert cell["worst"]["config"] == f"worst-{rule}.json"
        config = f"results/toy/worst-{rule}.json"
        assert ": done" in program("check", config).stdout
        program("run", config, "--out", rule)
        (again,) = (program.folder / rule / "toy").iterdir()
        assert json.loads((again / "manifest.json").read_text())["final"]["test_loss"] == cell["worst"]["test_loss"]


def test_a_second_start_repeats_nothing_and_says_the_same(program):
    first = program("run", searching(program))
    answer = (program.folder / "results/toy/search.json").read_bytes()
    sessions = [manifest["sessions"] for manifest in manifests(program)]
    assert program("run", searching(program)).stdout == first.stdout
    assert (program.folder / "results/toy/search.json").read_bytes() == answer
    assert [manifest["sessions"] for manifest in manifests(program)] == sessions


def test_a_search_among_runs_that_are_done_costs_nothing_and_finds_the_same(program):
    grid(program, "done")
    before = manifests(program, "done")
    program("run", searching(program, name="done"))
    assert [len(manifest["sessions"]) for manifest in manifests(program, "done")] == [1] * len(before)
    program("run", searching(program))
    assert found(program) == found(program, "done")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_search_that_is_stopped_goes_on_and_finds_the_same(program, number):
    long = {"rounds": 6000, "evaluate": {"every": 500}, "checkpoint": {"seconds": 0.05}, "cases": {"rule": {"mean": {}}},
            "aggregator": "trimmed_mean"}
    process = program.start("run", searching(program, **long))
    deadline = time.monotonic() + 60
    while not any(manifest["rounds"] == 2000 for manifest in manifests(program)):  # the second level
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(number)
    process.communicate(timeout=60)
    assert process.returncode == (130 if number == signal.SIGINT else -9)
    program("run", searching(program, **long))
    program("run", searching(program, **long, name="whole"))
    assert found(program) == found(program, "whole")


def test_where_the_schedule_depends_on_the_rounds_each_level_starts_anew(program):
    done = program("run", searching(program, cases={}, aggregator="trimmed_mean", schedule="cosine"))
    assert "the schedule depends on /rounds, so each level starts anew" in done.stderr
    assert sorted(manifest["rounds_done"] for manifest in manifests(program)) == [10] * 9 + [20] * 3 + [60]


def test_a_run_that_fails_leaves_its_combination_undecided_and_the_others_go_on(program):
    program("run", searching(program, {"candidates": ["zero", "sign_flip"]}))
    for run in program.runs():
        manifest = json.loads((run / "manifest.json").read_text())
        if manifest["swept"] == {"rule": "median", "adversary": "zero"}:
            (run / "manifest.json").write_text(json.dumps(manifest | {"status": "failed", "reason": "disk full"}))
    left = program("run", searching(program, {"candidates": ["zero", "sign_flip"]}), expect=1)
    assert "median: not decided: " in left.stdout and "failed: disk full" in left.stdout
    cells = found(program)
    assert cells["median"]["worst"] is None and cells["mean"]["worst"] and cells["trimmed"]["worst"]
    program("run", searching(program, {"candidates": ["zero", "sign_flip"]}), "--retry-failed")
    assert found(program)["median"]["worst"]


def test_a_parameter_without_a_say_is_told(program):
    candidates = [{"name": "alie", "z": [1, 2]}, "zero"]  # z counts only with "quantile": "given"
    done = program("run", searching(program, {"candidates": candidates}))
    assert "median: alie z=1, alie z=2 left the same record (see varangian describe alie)" in done.stdout


@pytest.mark.parametrize("search, told", [
    ({"candidates": [{"name": "ipn", "factor": [1]}]}, '/adversaries/0/name: unknown adversary "ipn"; did you mean "ipm"?'),
    ({"candidates": [{"name": "ipm", "factor": [1, -2]}]}, "(in the run with rule = median, adversary = ipm factor=-2)"),
    ({"candidates": []}, '/search/adversary: no "candidates"'),
    ({"candidates": ["zero", "zero"]}, "are the same; drop one"),
    ({"candidates": [3]}, "/search/adversary/candidates/0: 3 is not an adversary"),
    ({"candidates": [{"name": "ipm", "factor": []}]}, "/search/adversary/candidates/0/factor: an empty range"),
    ({"metric": "test_los"}, '/search/adversary/metric: "test_los" is not measured; did you mean "test_loss"?'),
    ({"budget": 2}, "/search/adversary/budget: 2 runs are too few: 9 candidates with 1 seed each cost at least 2.67 runs"),
    ({"eta": 1}, "/search/adversary/eta: 1 is not a whole number from 2"),
    ({"etta": 3}, '/search/adversary/etta: unknown key; did you mean "eta"?'),
])
def test_what_cannot_be_searched_is_told_before_anything_runs(program, search, told):
    assert told in program("run", searching(program, search), expect=2).stderr
    assert not (program.folder / "results").exists()


def test_nothing_else_may_set_the_adversary(program):
    attack = {"attack": {"zero": {"/adversary": "zero"}}}
    assert "/adversary is what the search looks for" in program("run", searching(program, cases=attack), expect=2).stderr
    select = {"cases": RULES, "select": {"over": ["rule"], "metric": "train_loss"}}
    assert '/sweep/select: a search looks for' in program("run", searching(program, sweep=select), expect=2).stderr
    assert "start it as one job" in program("run", searching(program), "--slurm", expect=2).stderr
