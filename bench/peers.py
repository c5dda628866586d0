#!/usr/bin/env python3
"""Our rules beside ByzFL's and ByzPy's, in turns on the same two processors, on the same rows.

  bench/peers.py --setup      # once: the peers and their torch from PyPI, into .peers/ (2 GB)
  bench/peers.py              # the table of the README, about ten minutes
  bench/peers.py --n 15 --d 79510 --rules median,krum

Every turn times the peer once and ours once, each in a process of its own that is pinned to the same processors; the
table gives medians. The peers run with jemalloc told to keep its pages (their best configuration) and get a list of
vectors, which is what their pipelines pass. Where the peer computes what ours computes, results are compared first."""
import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
PEERS = ROOT / ".peers"
JEMALLOC = {"LD_PRELOAD": "libjemalloc.so.2",
            "MALLOC_CONF": "thp:always,dirty_decay_ms:-1,muzzy_decay_ms:-1"}

# Ours (rule, pre-aggregators), the peer's expression, and whether results must agree.
CASES = {
    "mean": ("mean", "byzfl.Average()", True),
    "median": ("median", "byzfl.Median()", True),
    "trimmed mean": ("trimmed_mean", "byzfl.TrMean(f=f)", True),
    "meamed": ("meamed", "byzfl.Meamed(f=f)", True),
    "krum": ("krum", "byzfl.Krum(f=f)", False),
    "multi-krum": ("multi_krum", "byzfl.MultiKrum(f=f)", False),
    "geometric median": ("geometric_median", "byzfl.GeometricMedian()", False),
    "centred clipping": ("centred_clipping", "byzfl.CenteredClipping()", False),
    "monna": ("monna", "byzfl.MoNNA(f=f)", True),
    "mda": ("mda", "byzfl.MDA(f=f)", True),
    "caf": ("caf", "byzfl.CAF(f=f)", False),
    "smea": ("smea", "byzfl.SMEA(f=f)", False),
    "nnm + trimmed mean": ("trimmed_mean nnm", "chain(byzfl.NNM(f=f), byzfl.TrMean(f=f))", True),
    "byzpy multi-krum": ("multi_krum", "byzpy_rule('krum', 'MultiKrum', f=f, q=n - f)", True),
    "byzpy mda": ("mda", "byzpy_rule('minimum_diameter_average', 'MinimumDiameterAveraging', f=f)", True),
    "byzpy smea": ("smea", "byzpy_rule('smea', 'SMEA', f=f)", True),
    "byzpy geometric median": ("geometric_median", "byzpy_rule('geometric_median', 'GeometricMedian')", True),
}

# Runs in the peers' Python: a line in ("FILE.npy F EXPRESSION"), milliseconds of one call out.
PEER = r"""
import importlib, sys, time
import numpy as np, torch
torch.set_num_threads(int(sys.argv[1]))
import byzfl

class chain:
    def __init__(self, *steps): self.steps = steps
    def __call__(self, x):
        for step in self.steps: x = step(x)
        return x

def byzpy_rule(module, name, **values):
    rule = getattr(importlib.import_module("byzpy.aggregators.geometric_wise." + module), name)(**values)
    return rule.aggregate

known = None
for line in sys.stdin:
    file, f, expression = line.strip().split(" ", 2)
    if (file, f, expression) != known:
        vectors = list(torch.from_numpy(np.load(file)).unbind(0))
        n, f_ = len(vectors), int(f)
        rule = eval(expression, {"byzfl": byzfl, "chain": chain, "byzpy_rule": byzpy_rule, "n": n, "f": f_})
        known = (file, f, expression)
    start = time.perf_counter()
    out = rule(vectors)
    ms = 1e3 * (time.perf_counter() - start)
    np.save(file + ".peer.npy", out.detach().numpy())
    print(ms, flush=True)
"""


def setup():
    subprocess.run([sys.executable, "-m", "venv", PEERS], check=True)
    pip = [PEERS / "bin/pip", "install", "-q", "--disable-pip-version-check"]
    subprocess.run([*pip, "torch==2.11.0", "numpy"], check=True)  # byzfl and byzpy ask for older ones, and run on it
    subprocess.run([*pip, "--no-deps", "torchvision==0.26.0", "byzfl==0.0.11", "byzpy==0.1.4"], check=True)
    subprocess.run([*pip, "matplotlib", "scipy", "seaborn", "pandas", "cloudpickle", "tqdm", "pillow", "psutil"],
                   check=True)
    print("the peers also need jemalloc: apt-get install libjemalloc2")


def nnm_trimmed_mean(rows, f):
    """In doubles: with a million columns, sums of float32 squares choose other neighbours."""
    import numpy as np
    rows, n = rows.astype(np.float64), len(rows)
    products = rows @ rows.T
    distances = np.diag(products)[:, None] + np.diag(products) - 2 * products
    mixed = np.stack([rows[np.argsort(distances[i], kind="stable")[:n - f]].mean(0) for i in range(n)])
    return np.sort(mixed, 0)[f:n - f].mean(0)


EXACT = {"nnm + trimmed mean": nnm_trimmed_mean}  # asked where the peer's result is not ours


class Timed:
    """A process that answers a line with milliseconds."""

    def __init__(self, command, environment):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        env={**os.environ, **environment})

    def __call__(self, line):
        print(line, file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit(f"peers: the process that was asked \"{line}\" died")
        return float(answer)


def subsets(n, f):
    from math import comb
    return comb(n, f)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--setup", action="store_true")
    parser.add_argument("--peers", type=pathlib.Path, default=PEERS / "bin/python", help="the peers' Python")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    parser.add_argument("--n", default="15,64")
    parser.add_argument("--d", default="79510,1000000")
    parser.add_argument("--rules", default=",".join(CASES))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--turns", type=int, default=5)
    options = parser.parse_args()
    if options.setup:
        return setup()
    if not options.peers.exists():
        raise SystemExit(f"peers: no {options.peers}; run bench/peers.py --setup, or name a Python with byzfl and byzpy")
    import numpy as np

    os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[:options.threads]))
    ours = Timed([options.build / "bench/bench_rules", "--serve", "--threads", str(options.threads)], {})
    peer = Timed([options.peers, "-c", PEER, str(options.threads)], JEMALLOC)
    print(f"{'rule':<24} {'n':>4} {'f':>3} {'d':>9} {'peer ms':>10} {'ours ms':>9} {'times':>6}  results")
    with tempfile.TemporaryDirectory() as folder:
        for n in map(int, options.n.split(",")):
            for d in map(int, options.d.split(",")):
                f, file = (n - 1) // 4, f"{folder}/rows-{n}-{d}.npy"
                np.save(file, np.random.default_rng(1).normal(size=(n, d)).astype(np.float32))
                for name in options.rules.split(","):
                    rule, expression, equal = CASES[name]
                    if rule.split()[0] in ("mda", "smea") and subsets(n, f) > 20000:
                        print(f"{name:<24} {n:>4} {f:>3} {d:>9}  not run: the peer would try {subsets(n, f):.3g} subsets")
                        continue
                    words = rule.split()
                    line = " ".join([file, str(f), words[0], *words[1:]])
                    times = [(peer(f"{file} {f} {expression}"), ours(line)) for _ in range(options.turns + 1)][1:]
                    theirs, own = (statistics.median(column) for column in zip(*times))
                    verdict = "-"
                    if equal:
                        result, wanted = np.load(file + ".ours.npy"), np.load(file + ".peer.npy")
                        difference = np.abs(result - wanted).max()
                        verdict = f"agree to {difference:.0e}" if difference < 1e-4 else f"DIFFER by {difference:.3g}"
                        if difference >= 1e-4 and name in EXACT:
                            exact = EXACT[name](np.load(file), f)
                            verdict = (f"ours agree to {np.abs(result - exact).max():.0e} with doubles, "
                                       f"the peer's differ by {np.abs(wanted - exact).max():.2g}")
                    print(f"{name:<24} {n:>4} {f:>3} {d:>9} {theirs:>10.2f} {own:>9.3f} {theirs / own:>6.0f}  {verdict}",
                          flush=True)


if __name__ == "__main__":
    main()
