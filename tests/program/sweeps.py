"""Sweeps of small runs, and what they leave."""
import json
import time

LONG = {"rounds": 6000, "evaluate": {"every": 500}, "checkpoint": {"seconds": 0.05}}
SWEEP = {"sweep": {"grid": {"/seed": [1, 2, 3, 4]}}}
RECORD = ["metrics.csv", "weights.safetensors"]


def records(program, name="toy"):
    return {run.name: [(run / file).read_bytes() for file in RECORD] for run in program.runs(name)}


def manifests(program):
    return [json.loads((run / "manifest.json").read_text()) for run in program.runs()]


def await_checkpoints(program, process, count):
    deadline = time.monotonic() + 60
    while len(list(program.folder.glob("results/toy/*/checkpoints"))) < count or not all(
        list(folder.glob("[1-9]*.safetensors")) for folder in program.folder.glob("results/toy/*/checkpoints")
    ):
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.01)
