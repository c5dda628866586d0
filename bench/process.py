#!/usr/bin/env python3
"""What a rule in Python costs a round beside ours: the mean of 30 messages of an mlp (79,510 parameters).

usage: bench/process.py [--build BUILD] [--rounds 200]
"""
import argparse
import csv
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
PROGRAM = """
import varangian_plugin
varangian_plugin.serve_aggregator(lambda view: {result})
"""
RULES = {"ours": None, "python, nothing computed": "view.rows[0]", "python, mean by NumPy": "view.rows.mean(0)"}


def config(rule, rounds):
    return {"format": 1, "name": "process", "rounds": rounds,
            "task": {"dataset": {"name": "quadratic", "dimension": 79510}},
            "workers": {"count": 30, "byzantine": 7}, "adversary": "sign_flip", "aggregator": rule,
            "optimizer": {"name": "sgd", "lr": 0.01}, "evaluate": {"every": rounds}, "checkpoint": {"seconds": 1e6}}


def milliseconds(folder):
    """Medians of a round's aggregation, without the first ones."""
    (timing,) = folder.glob("results/*/*/timing.csv")
    rows = list(csv.DictReader(timing.open()))[11:]
    return [1000 * float(row["aggregate"]) for row in rows]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    parser.add_argument("--rounds", type=int, default=200)
    options = parser.parse_args()
    print(f"{'aggregation, ms':<28} median  quartiles")
    for name, result in RULES.items():
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            rule = "mean"
            if result:
                (folder / "rule.py").write_text(PROGRAM.format(result=result))
                rule = {"name": "process", "command": [sys.executable, "rule.py"]}
            (folder / "x.json").write_text(json.dumps(config(rule, options.rounds)))
            subprocess.run([options.build / "varangian", "run", "x.json", "--quiet"], cwd=folder, check=True,
                           env=os.environ | {"PYTHONPATH": str(ROOT / "tools/python")})
            times = milliseconds(folder)
            low, middle, high = statistics.quantiles(times, n=4)
            print(f"{name:<28} {middle:6.2f}  {low:.2f}-{high:.2f}")


if __name__ == "__main__":
    main()
