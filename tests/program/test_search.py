"""A search for breaking points runs what its answer needs, and no more."""
import json

import pytest

SEARCH = {
    "rounds": 60,
    "workers": {"count": 13, "byzantine": 0},
    "sweep": {"cases": {"rule": {"vote": {}, "median": {"/compressor": "none", "/aggregator": "median"},
                                 "krum": {"/compressor": "none", "/aggregator": "krum"}}}, "inapplicable": "skip"},
    "search": {"breakdown": {"over": "/workers/byzantine", "levels": {"from": 0, "to": 12}, "until": "test_loss > 1.5 * clean"}},
}


def answers(program):
    found = json.loads((program.folder / "results/toy/breakdown.json").read_text())
    return found, {answer["swept"]["rule"]: answer for answer in found["answers"]}


def test_a_vote_survives_half_of_the_workers_and_the_search_most_of_the_grid(program):
    config = program.config(**SEARCH)
    said = program("run", config, "--jobs", 2)
    found, by_rule = answers(program)
    assert all(3 <= by_rule[rule]["survives"] < by_rule[rule]["breaks"] <= 7 for rule in ["vote", "median"])
    assert by_rule["krum"]["breaks"] is None
    assert by_rule["krum"]["survives"] == 5  # n >= 2f + 3
    assert "cannot run at 6" in said.stdout and "runs of the grid were needed" in said.stdout
    assert found["runs"] == len(program.runs()) <= 0.6 * found["grid"]

    # The grid in full says the same.
    whole = {key: value for key, value in SEARCH.items() if key != "search"} | {"name": "whole"}
    whole["sweep"] = whole["sweep"] | {"grid": {"/workers/byzantine": list(range(13))}, "seeds": 3}
    program("run", program.config(**whole))
    runs = json.loads(program("results", "results/whole", "--format", "json").stdout)
    for rule, answer in by_rule.items():
        def mean(level):
            values = [run["final"]["test_loss"] if run["final"] else float("inf") for run in runs
                      if run["swept"]["rule"] == rule and run["swept"]["/workers/byzantine"] == level]
            return sum(values) / len(values)
        assert mean(answer["survives"]) <= 1.5 * mean(0)
        assert answer["breaks"] is None or mean(answer["breaks"]) > 1.5 * mean(0)


def test_a_search_again_runs_nothing_and_gives_the_same_bytes(program):
    config = program.config(**SEARCH)
    program("run", config)
    before = (program.folder / "results/toy/breakdown.json").read_bytes()
    sessions = [json.loads((run / "manifest.json").read_text())["sessions"] for run in program.runs()]
    program("run", config)
    assert (program.folder / "results/toy/breakdown.json").read_bytes() == before
    assert [json.loads((run / "manifest.json").read_text())["sessions"] for run in program.runs()] == sessions


@pytest.mark.parametrize("metric, said", [
    ("test_los", '/search/breakdown/until: "test_los" is not measured; did you mean "test_loss"?'),
    ("final_los", '/search/breakdown/until: "test_los" is not measured; did you mean "test_loss"?'),
    ("validation_loss", '/search/breakdown/until: "validation_loss" needs a validation split'),
])
def test_a_metric_that_no_run_has_is_told_before_any_run(program, metric, said):
    search = {"breakdown": SEARCH["search"]["breakdown"] | {"until": f"{metric} > 0.5"}}
    for command in ("check", "run"):
        assert said in program(command, program.config(**SEARCH | {"search": search}), expect=2).stderr
    assert not program.runs()


def test_what_is_no_search_is_an_error_of_the_config(program):
    wrong = program("check", program.config(search={"breakdwn": {}}), expect=2)
    assert "/search: " in wrong.stderr and "breakdown" in wrong.stderr
