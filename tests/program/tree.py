"""Where the checkout and the program under test are, a config to start from, and how parameters are given."""
import os
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("VARANGIAN_BUILD", ROOT / "build"))

CONFIG = {
    "format": 1,
    "name": "toy",
    "rounds": 40,
    "task": {"dataset": {"name": "quadratic", "dimension": 50}},
    "workers": {"count": 9, "byzantine": 3},
    "adversary": "sign_flip",
    "compressor": "sign",
    "aggregator": "majority_vote",
    "optimizer": {"name": "sgd", "lr": 0.01},
    "evaluate": {"every": 10},
}


def settings(**values):
    return [part for key, value in values.items() for part in ("--set", f"{key}={value}")]
