#!/usr/bin/env python3
"""How well the runs of a sweep fill a machine: 40 short runs, one thread each, side by side.

usage: bench/sweep.py [--build BUILD] [--jobs 2] [--rounds 6000] [--repeat 1]
"""
import argparse
import collections
import json
import os
import pathlib
import statistics
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]


def config(rounds):
    return {"format": 1, "name": "sweep", "rounds": rounds,
            "task": {"dataset": {"name": "fashion_mnist"}, "model": {"name": "logistic"}},
            "workers": {"count": 10, "byzantine": 2, "batch": {"size": 32}}, "adversary": "sign_flip",
            "aggregator": "mean", "optimizer": {"name": "sgd", "lr": 0.01}, "evaluate": {"every": 500},
            "execution": {"threads": 1},
            "sweep": {"grid": {"/aggregator": ["mean", "median", "trimmed_mean", "krum"]}, "seeds": 10}}


def born(path):
    """When a file was made, in seconds."""
    return float(subprocess.run(["stat", "--format=%.9W", path], capture_output=True, text=True, check=True).stdout)


def timeline(run):
    """Of a run: the process that did it, when it took the folder, when it was ready for rounds, when it ended."""
    process = (run / "lock").read_text().split()[1]
    begin, end = ((run / name).stat().st_mtime for name in ("lock", "manifest.json"))
    return process, begin, born(run / "metrics.csv"), end


def measured(options):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "x.json").write_text(json.dumps(config(options.rounds)))
        start = time.time()
        subprocess.run([options.build / "varangian", "run", "x.json", "--quiet", "--jobs", str(options.jobs)],
                       cwd=folder, check=True)
        wall = time.time() - start
        runs = [path.parent for path in folder.glob("results/sweep/*/manifest.json")]
        own = [json.loads((run / "manifest.json").read_text())["sessions"][0]["seconds"] for run in runs]
        by_process = collections.defaultdict(list)
        for run in runs:
            process, *times = timeline(run)
            by_process[process].append(times)
        between, setup = [], []
        for times in by_process.values():
            times.sort()
            between += [later[0] - earlier[2] for earlier, later in zip(times, times[1:])]
            setup += [ready - begin for begin, ready, _ in times[1:]]  # the first one reads the data
        begins = [times[0][0] - start for times in by_process.values()]
        ends = [start + wall - times[-1][2] for times in by_process.values()]
        return wall, own, between, setup, begins, ends


def quartiles(values):
    low, middle, high = statistics.quantiles(values, n=4)
    return f"{middle:.3f} ({low:.3f}-{high:.3f}), at most {max(values):.3f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=6000)
    parser.add_argument("--repeat", type=int, default=1)
    options = parser.parse_args()
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} before the start")
    for _ in range(options.repeat):
        wall, own, between, setup, begins, ends = measured(options)
        print(f"{len(own)} runs of {statistics.mean(own):.2f} s ({min(own):.2f}-{max(own):.2f}), {options.jobs} side by side: "
              f"{wall:.1f} s; packing {100 * sum(own) / (options.jobs * wall):.1f} %")
        print(f"  s from one run's end to the next one's start   {quartiles(between)}")
        print(f"  s from a run's start to its first evaluation   {quartiles(setup)}")
        print(f"  s before the processes' first runs {max(begins):.2f}, after their last ones {min(ends):.2f} to {max(ends):.2f}")


if __name__ == "__main__":
    main()
