"""Models from outside: the curve of ours with the same layers, on any number of threads; what is refused, and why. The
models were written by models/make.py."""
import csv
import pathlib
import shutil
import sys

import numpy as np
import pytest

from tree import ROOT

MODELS = pathlib.Path(__file__).parent / "models"
OURS = {"name": "mlp", "hidden": [12]}


@pytest.fixture
def train(program):
    """Runs a model on 200 images of 8 by 8, and gives (metrics, weights, manifest)."""
    images = np.random.default_rng(1).integers(0, 256, (240, 1, 8, 8))
    labels = images.reshape(240, -1)[:, :10].argmax(1)
    for part, rows in (("train", slice(200)), ("test", slice(200, 240))):
        np.save(program.folder / f"{part}_x.npy", images[rows].astype(np.uint8))
        np.save(program.folder / f"{part}_y.npy", labels[rows].astype(np.int64))

    def run(name, model, *arguments, expect=0, workers=None, **task):
        dataset = {"name": "arrays", "x": "train_x.npy", "y": "train_y.npy", "test_x": "test_x.npy", "test_y": "test_y.npy"}
        config = program.config(name=name, task={"dataset": dataset, "model": model, **task}, compressor="none",
                                aggregator="trimmed_mean", optimizer={"name": "sgd", "lr": 0.1},
                                workers={"count": 9, "byzantine": 3, "batch": {"size": 7}, **(workers or {})})
        done = program("run", config, *arguments, expect=expect)
        if expect:
            return done.stderr
        (folder,) = program.runs(name)
        columns = list(csv.DictReader((folder / "metrics.csv").open()))
        weights = np.frombuffer((folder / "weights.safetensors").read_bytes()[-program.manifest(name)["task"]["parameters"] * 4:],
                                np.float32)
        return columns, weights, program.manifest(name)

    return run


def torchscript(file, **settings):
    return {"name": "torchscript", "file": str(MODELS / f"{file}.pt"), **settings}


@pytest.mark.parametrize("file", ["mlp", "mlp_traced"])
@pytest.mark.parametrize("rounds", [1, 40])
def test_gradients_and_curve_are_those_of_our_mlp(file, rounds, train, program):
    train("start", OURS, "--set", "/rounds=1")  # any weights to start from
    (start,) = program.runs("start")
    shutil.copy(start / "weights.safetensors", program.folder / "start.safetensors")
    from_start = ("--from", "start.safetensors", "--set", f"/rounds={rounds}")
    columns, ours, manifest = train("ours", OURS, *from_start)
    theirs_columns, theirs, theirs_manifest = train("theirs", torchscript(file), *from_start)
    begin = np.frombuffer((start / "weights.safetensors").read_bytes()[-4 * len(ours):], np.float32)
    assert np.abs(ours - begin).max() > 1e-3  # it learnt
    assert np.allclose(ours, theirs, rtol=0, atol=1e-6 * rounds)
    for mine, other in zip(columns, theirs_columns, strict=True):
        for key in ("train_loss", "test_loss", "update_norm"):
            if mine[key]:
                assert float(mine[key]) == pytest.approx(float(other[key]), rel=1e-4)
    assert theirs_manifest["cohort"] == 1 and manifest["cohort"] > 1


@pytest.mark.parametrize("file", ["mlp", "branches", "batch_norm_eval"])
def test_any_number_of_threads_gives_the_same_bytes(file, train, program):
    for threads in (1, 2, 3):
        train(f"on{threads}", torchscript(file), "--threads", threads)
    first, *others = ((program.runs(f"on{threads}")[0] / "metrics.csv").read_bytes() for threads in (1, 2, 3))
    assert others == [first, first]


def test_larger_cohorts_agree_within_rounding(train):
    one = train("one", torchscript("branches"))[1]
    three = train("three", torchscript("branches"), workers={"cohort": 3})[1]
    assert np.allclose(one, three, rtol=0, atol=1e-5)


def test_initial_weights_come_from_the_seed_or_from_the_file(train):
    at_start = lambda columns: float(columns[0]["test_loss"])
    seeds = [at_start(train(f"seed{seed}", torchscript("mlp"), "--set", f"/seed={seed}")[0]) for seed in (1, 2)]
    again = at_start(train("again", torchscript("mlp"), "--set", "/seed=1")[0])
    files = [at_start(train(f"file{seed}", torchscript("mlp", init="file"), "--set", f"/seed={seed}")[0]) for seed in (1, 2)]
    assert seeds[0] != seeds[1] and seeds[0] == again and files[0] == files[1] not in seeds
    assert all(2 < loss < 3 for loss in seeds + files)  # near ln 10: nothing explodes, nothing is dead


def test_what_is_frozen_stays_and_what_is_unused_gets_no_gradient(train):
    _, weights, manifest = train("branches", torchscript("branches", init="file"))
    assert manifest["task"]["parameters"] == 64 * 65 + 2 * 64 + 3 * 4 + 10 * 65  # without the frozen 64
    again = train("longer", torchscript("branches", init="file"), "--set", "/rounds=80")[1]
    unused = slice(64 * 65 + 2 * 64, 64 * 65 + 2 * 64 + 12)
    assert np.array_equal(weights[unused], again[unused]) and not np.array_equal(weights, again)


def test_each_submodule_counts_as_a_layer(program, train, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "tools/python"))
    (program.folder / "layers.py").write_text("""
import varangian_plugin
def aggregate(view):
    open("layers", "w").write(str(view.layers))
    return view.rows.mean(0)
varangian_plugin.serve_aggregator(aggregate)
""")
    rule = f'/aggregator={{"name": "process", "command": ["{sys.executable}", "layers.py"]}}'
    found = {}
    for name, model in (("ours", OURS), ("theirs", torchscript("mlp"))):
        train(name, model, "--set", rule, "--set", "/rounds=1")
        found[name] = (program.folder / "layers").read_text()
    assert found["ours"] == found["theirs"] == f"[0, {12 * 65}]"


def test_log_probabilities_go_with_nll(train):
    train("nll", torchscript("log_softmax", log_softmax=True), loss="nll")
    assert "takes raw outputs" in train("wrong", torchscript("log_softmax", log_softmax=True), expect=2)


@pytest.mark.parametrize("file, message", [
    ("dropout", '"forward" uses aten::dropout, whose random numbers cannot be those of a worker and a round'),
    ("noise", '"forward" uses aten::randn_like, whose random numbers'),
    ("batch_norm", "it changes a buffer when it runs, as batch norm does in training"),
    ("two_inputs", '"forward" takes 2 inputs, want one'),
    ("double", 'parameter "1.weight" is Double, want float32'),
    ("no_parameters", "it has no parameters that could be trained"),
])
def test_a_model_that_cannot_be_repeated_or_trained_is_refused(file, message, train, program):
    error = train("refused", torchscript(file), expect=2)
    assert f"/task/model: {MODELS / file}.pt: {message}" in error, error
    assert not (program.folder / "results").exists()


def test_a_model_for_other_samples_is_told_with_both_shapes(train, program):
    (program.folder / "broken.pt").write_bytes((MODELS / "mlp.pt").read_bytes()[:-500])
    (program.folder / "text.pt").write_text("no model")
    for file in ("broken.pt", "text.pt"):
        error = train("x", {"name": "torchscript", "file": file}, expect=2)
        assert f"/task/model: {file}: not a model that TorchScript can load" in error
    np.save(program.folder / "test_x.npy", np.zeros((40, 1, 8, 9), np.uint8))
    np.save(program.folder / "train_x.npy", np.zeros((200, 1, 8, 9), np.uint8))
    assert "it cannot take samples of shape [batch, 1, 8, 9]: mat1 and mat2 shapes cannot be multiplied (2x72 and 64x12)" in \
        train("x", torchscript("mlp"), expect=2)
    assert "cannot be read" in train("x", torchscript("nowhere"), expect=2)


def test_a_model_of_other_outputs_is_told_with_both(train, program):
    labels = np.zeros(200, np.int64)
    labels[:40] = 10  # eleven classes
    np.save(program.folder / "train_y.npy", labels)
    error = train("x", torchscript("mlp"), expect=2)
    assert "it makes Float [2, 10] of 2 samples, want float32 [2, 11]" in error
