"""varangian forge, and adversaries in whole runs."""
import csv
import pathlib

import numpy as np
import pytest

from peers.cases import ADVERSARIES, INPUTS, SEARCHES
from tree import settings

PEERS = pathlib.Path(__file__).parent / "peers"


def test_alie_equals_its_formula(program, honest):
    lies = program.forge("alie", quantile="given", z=1.5)
    assert lies.shape == (4, 200)
    assert np.allclose(lies, honest.mean(0) - 1.5 * honest.std(0, ddof=1), atol=1e-5)


def test_the_optimum_against_krum_is_what_krum_selects(program, honest):
    lies = program.forge("optimal_alie", "--aggregator", "krum")
    np.save(program.folder / "all.npy", np.concatenate([honest, lies]))
    program("aggregate", "krum", "--input", "all.npy", "--f", 4, "--output", "update.npy")
    assert np.array_equal(np.load(program.folder / "update.npy"), lies[0])


def rows_of(program, rows):
    """The number of liars; the honest rows are in honest.npy and returned."""
    f = INPUTS[rows][1]
    honest = np.load(PEERS / f"rows-{rows}.npy")[f:]
    np.save(program.folder / "honest.npy", honest)
    return f, honest


@pytest.mark.parametrize("rows", INPUTS)
@pytest.mark.parametrize("case", ADVERSARIES)
def test_lies_of_peers(program, rows, case):
    name, values, _ = ADVERSARIES[case]
    f, _ = rows_of(program, rows)
    theirs = np.load(PEERS / f"forged-{rows}.npy")[list(ADVERSARIES).index(case)]
    ours = program.forge(name, f=f, **values)
    assert ours.shape == (f, theirs.size) and np.allclose(ours, theirs, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("rows", INPUTS)
@pytest.mark.parametrize("case", SEARCHES)
def test_searches_do_at_least_the_harm_of_a_peers(program, rows, case):
    name, values, rule, details, _ = SEARCHES[case]
    f, honest = rows_of(program, rows)

    def harm(lies):
        np.save(program.folder / "all.npy", np.concatenate([honest, lies]))
        program("aggregate", rule, "--input", "all.npy", "--f", f, "--output", "update.npy", *settings(**details))
        return np.linalg.norm(np.load(program.folder / "update.npy") - honest.mean(0))

    theirs = np.load(PEERS / f"searched-{rows}.npy")[list(SEARCHES).index(case)]
    of_rule = {f"{rule}.{key}": value for key, value in details.items()}
    ours = program.forge(name, "--aggregator", rule, f=f, **values, **of_rule)
    assert harm(ours) >= 0.999 * harm(np.tile(theirs, (f, 1)))


@pytest.mark.parametrize("arguments, told", [
    (["sign_flip"], "give that with --own FILE"),
    (["label_flip"], "lies by its samples"),
    (["full_gradient_negation"], "give it with --gradient FILE"),
    (["alie", "--set", "quantile=arxiv", "--f", 1], "no positive z for n = 14, f = 1"),
    (["ali"], 'did you mean "alie"?'),
    (["alie", "--aggregator", "majority_vote"], "takes more than messages as numbers"),
])
def test_what_cannot_be_forged_is_told(program, honest, arguments, told):
    done = program("forge", *arguments, "--input", "honest.npy", "--output", "out.npy", expect=2)
    assert told in done.stderr


def metrics(program):
    (run,) = program.runs()
    return list(csv.DictReader((run / "metrics.csv").open()))


IMAGES = {"dataset": "fashion_mnist", "model": "logistic"}


@pytest.mark.parametrize("adversary", ["label_flip", "random_labels", "second_best_label",
                                       {"name": "label_flip", "batches": "honest"}])
def test_poisoned_samples_make_a_mean_worse(program, adversary):
    losses = []
    for liar in [adversary, {"name": "rescale", "factor": 1}]:
        program.config(task=IMAGES, workers={"count": 5, "byzantine": 2}, adversary=liar, aggregator="mean",
                       compressor="none", optimizer={"name": "sgd", "lr": 0.1}, rounds=60, evaluate={"every": 60})
        program("run", "x.json", "--out", f"out{len(losses)}")
        (path,) = (program.folder / f"out{len(losses)}").rglob("metrics.csv")
        losses.append(float(list(csv.DictReader(path.open()))[-1]["test_loss"]))
    assert losses[0] > 1.1 * losses[1]


def test_a_backdoor_is_learnt_and_its_success_recorded(program):
    program.config(task=IMAGES, workers={"count": 5, "byzantine": 2}, adversary={"name": "badnets", "boost": 2},
                   aggregator="mean", compressor="none", optimizer={"name": "sgd", "lr": 0.1}, rounds=100,
                   evaluate={"every": 100})
    program("run", "x.json")
    rows = metrics(program)
    assert float(rows[-1]["test_backdoor_success"]) > 0.5 > float(rows[0]["test_backdoor_success"])


def test_a_lie_before_momentum_is_another_lie(program):
    curves = []
    for stage in ["message", "gradient"]:
        program.config(workers={"count": 9, "byzantine": 3, "momentum": {"beta": 0.9}},
                       adversaries=[{"name": "gaussian", "stage": stage, "deviation": 5}], adversary=None,
                       compressor="none", aggregator="mean")
        config = program.folder / "x.json"
        config.write_text(config.read_text().replace('"adversary": null, ', ""))
        program("run", "x.json", "--out", stage)
        (path,) = (program.folder / stage).rglob("metrics.csv")
        curves.append(path.read_text())
    assert curves[0] != curves[1]


def test_adversaries_of_all_kinds_share_a_run_that_repeats_on_any_number_of_threads(program):
    tables = []
    for threads in [1, 2]:
        program.config(adversaries=[{"name": "optimal_alie", "workers": 1}, {"name": "lazy", "workers": 1},
                                    {"name": "mimic", "target": "learned", "workers": "rest", "rounds": [5, 30]}],
                       workers={"count": 11, "byzantine": 3}, compressor="none", aggregator="trimmed_mean")
        config = program.folder / "x.json"
        config.write_text(config.read_text().replace('"adversary": "sign_flip", ', ""))
        program("run", "x.json", "--threads", threads, "--out", f"t{threads}")
        (path,) = (program.folder / f"t{threads}").rglob("metrics.csv")
        tables.append(path.read_bytes())
    assert tables[0] == tables[1]
