"""`varangian aggregate` against golden inputs, definitions written out in NumPy, and itself on other kernels."""
import itertools
import os
import pathlib

import numpy as np
import pytest

from peers.cases import CASES, INPUTS
from tree import settings

PEERS = pathlib.Path(__file__).parent / "peers"
ROWS = {
    "g1": [(1, 2, 3), (2, 1, 0), (0, 3, 1), (3, 3, 2), (1, 0, 2), (10, -5, 4), (-8, 9, 7)],
    "g2": [(2, 3), (-4, -2), (1, -4), (0, 3), (0, -3), (1, -1), (-1, 2)],
    "g3": [(1,), (2,), (3,), (10,)],
}
HONEST = (1.4, 1.8, 1.6)


@pytest.fixture
def aggregate(program, tmp_path):
    def call(name, rows, f, *arguments, env=None):
        np.save(tmp_path / "rows.npy", np.asarray(rows, np.float32))
        program("aggregate", name, "--input", tmp_path / "rows.npy", "--f", f, "--output", tmp_path / "out.npy",
                *arguments, env={**os.environ, **(env or {})})
        return np.load(tmp_path / "out.npy")

    return call


GOLDEN = [
    ("g1", "mean", 2, {}, (1.285714, 1.857143, 2.714286)),
    ("g1", "median", 2, {}, (1, 2, 2)),
    ("g1", "trimmed_mean", 2, {}, (1.333333, 2, 2.333333)),
    *[("g1", "krum", 2, {"variant": v}, (1, 2, 3)) for v in ("paper", "byzfl", "plain", "fourth_power")],
    *[("g1", rule, 2, {}, HONEST) for rule in ("multi_krum", "mda", "monna", "meamed", "cge", "smea")],
    ("g1", "aksel", 2, {"keep": "honest"}, HONEST),
    ("g1", "multi_krum", 2, {"m": 3}, (1.333333, 1, 1.666667)),
    ("g1", "phocas", 2, {}, (1.4, 1.8, 2.4)),
    ("g1", "aksel", 2, {}, (1.25, 2, 2)),
    ("g1", "geometric_median", 2, {"variant": "rfa", "smoothing": 0.1, "steps": 1000}, (1.32991, 1.79285, 2.07154)),
    ("g1", "geometric_median", 2, {}, (1.32991, 1.79285, 2.07154)),
    ("g1", "geometric_median", 2, {"variant": "rfa", "smoothing": 0.1, "steps": 3}, (1.350343, 1.742557, 2.005498)),
    ("g1", "centred_clipping", 2, {"radius": 2, "steps": 3}, (1.298283, 1.616156, 1.743320)),
    ("g1", "centred_clipping", 2, {"radius": 2, "steps": 10, "start": "mean"}, (1.419097, 1.779984, 1.858062)),
    ("g1", "medoid", 2, {}, (1, 2, 3)),
    ("g1", "bulyan", 1, {"variant": "krum"}, (1, 1.5, 1.5)),
    ("g1", "bulyan", 1, {"variant": "byzantine_momentum"}, (1, 1.5, 1)),
    ("g2", "krum", 2, {"variant": "paper"}, (0, 3)),
    ("g2", "krum", 2, {"variant": "byzfl"}, (1, -1)),
    ("g2", "krum", 2, {"variant": "plain"}, (0, -3)),
    ("g2", "krum", 2, {"variant": "fourth_power"}, (-1, 2)),
    ("g3", "median", 1, {}, (2.5,)),
    ("g3", "median", 1, {"even": "lower"}, (2,)),
]


@pytest.mark.parametrize("rows, rule, f, parameters, expected", GOLDEN)
def test_golden_inputs(aggregate, rows, rule, f, parameters, expected):
    assert np.allclose(aggregate(rule, ROWS[rows], f, *settings(**parameters)), expected, atol=2e-5)


@pytest.mark.parametrize("rows", INPUTS)
@pytest.mark.parametrize("case", CASES)
def test_outputs_of_peers(aggregate, rows, case):
    rule, values, pre, _ = CASES[case]
    theirs = np.load(PEERS / f"outputs-{rows}.npy")[list(CASES).index(case)]
    chain = [part for name in pre for part in ("--pre", name)]
    ours = aggregate(rule, np.load(PEERS / f"rows-{rows}.npy"), INPUTS[rows][1], *settings(**values), *chain)
    assert np.allclose(ours, theirs, rtol=1e-5, atol=1e-5)


def test_golden_pre_aggregators(aggregate):
    one = lambda row, pre, *more: aggregate("monna", ROWS["g1"], 2, "--pre", pre,
                                            *settings(keep=1, pivot=row, **dict(more)))
    assert np.allclose(one(0, "clipping", ("clipping.radius", 2)), (0.534522, 1.069045, 1.603567), atol=1e-5)
    assert np.allclose(one(5, "arc"), (3.950043, -1.975021, 1.580017), atol=1e-5)
    assert np.allclose(one(6, "arc"), (-2.694018, 3.030770, 2.357266), atol=1e-5)
    assert np.allclose(one(0, "nnm"), HONEST, atol=1e-5)
    assert np.allclose(one(5, "nnm"), (3.4, 0.2, 2.2), atol=1e-5)
    assert np.allclose(one(6, "nnm"), (-0.6, 3.4, 3.0), atol=1e-5)


# Definitions, as slow as they read.

def squared(x):
    return ((x[:, None] - x[None]) ** 2).sum(-1)


def krum_scores(x, f):
    return np.array([np.sort(np.delete(row, i))[:len(x) - f - 2].sum() for i, row in enumerate(squared(x))])


def naive_multi_krum(x, f):
    return x[np.argsort(krum_scores(x, f), kind="stable")[:len(x) - f]].mean(0)


def naive_mda(x, f):
    far = squared(x)
    best = min(itertools.combinations(range(len(x)), len(x) - f), key=lambda s: far[np.ix_(s, s)].max())
    return x[list(best)].mean(0)


def naive_smea(x, f):
    def largest(s):
        return np.linalg.eigvalsh(np.cov(x[list(s)].T, bias=True))[-1]

    return x[list(min(itertools.combinations(range(len(x)), len(x) - f), key=largest))].mean(0)


def naive_bulyan(x, f):
    left, chosen = list(range(len(x))), []
    while len(chosen) < len(x) - 2 * f:
        part = x[left]
        keep = max(0, len(left) - f - 2)
        scores = [np.sort(np.delete(row, i))[:keep].sum() for i, row in enumerate(squared(part))]
        chosen.append(left.pop(int(np.argmin(scores))))
    part = x[chosen]
    order = np.argsort(np.abs(part - np.median(part, 0)), 0, kind="stable")[:len(chosen) - 2 * f]
    return np.take_along_axis(part, order, 0).mean(0)


def naive_caf(x, f):
    c, best = np.ones(len(x)), (np.inf, None)
    while c.sum() > len(x) - 2 * f:
        mean = (c[:, None] * x).sum(0) / c.sum()
        values, vectors = np.linalg.eigh((c[:, None] * (x - mean)).T @ (x - mean) / c.sum())
        best = min(best, (values[-1], mean), key=lambda pair: pair[0])
        along = ((x - mean) @ vectors[:, -1]) ** 2
        c = c * (1 - along / along[c > 0].max())
    return best[1]


def naive_cge(x, f):
    return x[np.argsort(np.linalg.norm(x, axis=1), kind="stable")[:len(x) - f]].mean(0)


def naive_nnm(x, f):
    return np.array([x[np.argsort(row, kind="stable")[:len(x) - f]].mean(0) for row in squared(x)])


NAIVE = {"multi_krum": naive_multi_krum, "mda": naive_mda, "smea": naive_smea, "bulyan": naive_bulyan,
         "caf": naive_caf, "cge": naive_cge}


@pytest.mark.parametrize("rule", NAIVE)
@pytest.mark.parametrize("n, f, d", [(7, 1, 5), (11, 2, 3), (14, 2, 700)])
def test_rules_are_their_definitions(aggregate, rule, n, f, d):
    for seed in range(2):
        x = np.random.default_rng(seed).normal(size=(n, d)).astype(np.float32)
        x[:f] += 1 + seed
        assert np.allclose(aggregate(rule, x, f), NAIVE[rule](x.astype(np.float64), f), atol=2e-5)


def test_ties_go_to_the_lower_row(aggregate):
    rng = np.random.default_rng(1)
    for _ in range(5):
        x = rng.integers(-1, 2, size=(11, 4)).astype(np.float32)
        for rule in ("multi_krum", "cge", "mda"):
            assert np.allclose(aggregate(rule, x, 2), NAIVE[rule](x.astype(np.float64), 2), atol=1e-5), rule


def test_the_geometric_median_is_optimal(aggregate):
    x = np.random.default_rng(2).normal(size=(9, 6)).astype(np.float32)
    z = aggregate("geometric_median", x, 2).astype(np.float64)
    units = (z - x) / np.linalg.norm(z - x, axis=1)[:, None]
    assert np.linalg.norm(units.sum(0)) < 1e-4


def test_mixings_before_a_columns_rule(aggregate):
    x = np.random.default_rng(3).normal(size=(12, 3000)).astype(np.float32)
    mixed = naive_nnm(x.astype(np.float64), 3)
    assert np.allclose(aggregate("median", x, 3, "--pre", "nnm"), np.median(mixed, 0), atol=1e-5)
    assert np.allclose(aggregate("multi_krum", x, 3, "--pre", "nnm"), naive_multi_krum(mixed, 3), atol=1e-5)
    assert np.allclose(aggregate("bulyan", x[:11], 2, "--pre", "nnm"),
                       naive_bulyan(naive_nnm(x[:11].astype(np.float64), 2), 2), atol=1e-5)


def test_exact_search_at_thirty_messages(aggregate):
    """Brute force would look at thirty million subsets; ours is as good as the best of many random ones."""
    x = np.random.default_rng(4).normal(size=(30, 200)).astype(np.float32)
    far = squared(x.astype(np.float64))
    chosen = aggregate("mda", x, 10)
    best = min(far[np.ix_(s, s)].max() for s in (np.random.default_rng(k).permutation(30)[:20] for k in range(3000)))
    weights = np.linalg.lstsq(x.T.astype(np.float64), chosen.astype(np.float64), rcond=None)[0]
    subset = np.flatnonzero(weights > 0.025)
    assert len(subset) == 20 and np.allclose(weights[subset], 0.05, atol=1e-4)
    assert far[np.ix_(subset, subset)].max() <= best


def test_explosions_are_refused_with_the_time_they_would_take(program, tmp_path):
    np.save(tmp_path / "rows.npy", np.zeros((100, 3), np.float32))
    for rule in ("mda", "smea"):
        done = program("aggregate", rule, "--input", tmp_path / "rows.npy", "--f", 49, expect=2)
        assert "may need" in done.stderr and "s a round" in done.stderr


RULES = ("median", "meamed", "multi_krum", "geometric_median", "smea", "caf", "bulyan", "dnc", "flame")


@pytest.mark.parametrize("rule", RULES)
def test_every_instruction_set_gives_the_same_bytes(aggregate, rule):
    x = np.random.default_rng(5).normal(size=(15, 2500)).astype(np.float32)
    outputs = [aggregate(rule, x, 3, "--pre", "arc", env={"VARANGIAN_ISA": isa}).tobytes() for isa in ("plain", "avx2")]
    outputs.append(aggregate(rule, x, 3, "--pre", "arc").tobytes())
    assert len(set(outputs)) == 1


def test_the_instruction_set_is_the_one_that_was_asked_for(program):
    version = lambda isa: program("--version", env={**os.environ, "VARANGIAN_ISA": isa}).stdout
    assert version("plain").strip().endswith("kernels with plain")
    assert version("avx2").strip().endswith("kernels with avx2")
    assert "want plain, avx2 or avx512" in program("list", env={**os.environ, "VARANGIAN_ISA": "neon"}, expect=2).stderr


def test_errors_say_what_would_be_right(program, tmp_path):
    rows = tmp_path / "rows.npy"
    np.save(rows, np.ones((7, 3), np.float32))
    refused = lambda *arguments: program("aggregate", *arguments, expect=2).stderr
    assert 'did you mean "krum"' in refused("krun", "--input", rows)
    assert "needs n >= 2 f + 3, which is 9 for f = 3, and gets n = 7" in refused("krum", "--input", rows, "--f", 3)
    assert 'did you mean "radius"' in refused("mean", "--input", rows, "--pre", "clipping", "--set", "clipping.radios=1")
    assert 'no --pre nmn; did you mean "nnm"' in refused("mean", "--input", rows, "--pre", "nnm", "--set", "nmn.x=1")
    assert "KEY=VALUE" in refused("krum", "--input", rows, "--set", "variant")
    assert "not below the 7 rows" in refused("median", "--input", rows, "--f", 7)
    assert "which is 7 for f = 3, and gets n = 4" in refused("trimmed_mean", "--input", rows, "--f", 3, "--pre", "bucketing")
    assert "--reference" in refused("fltrust", "--input", rows)
    assert "absent.npy" in refused("mean", "--input", tmp_path / "absent.npy")
    np.save(rows, np.ones(7, np.float32))
    assert "want a matrix" in refused("mean", "--input", rows)


def test_explain_prints_scores_weights_and_distances(program, tmp_path):
    np.save(tmp_path / "rows.npy", np.asarray(ROWS["g1"], np.float32))
    shown = program("aggregate", "multi_krum", "--input", tmp_path / "rows.npy", "--f", 2, "--explain").stdout
    assert [line for line in shown.splitlines() if not line.startswith(" ")] == ["distance to the update", "score",
                                                                                "weights"]
    assert "     5  0\n" in shown  # a liar's weight
