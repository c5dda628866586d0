"""Omniscient adversaries are their definitions, as slow as they read, and of searches no step that was possible is better."""
import numpy as np
import pytest

F = 4


@pytest.fixture
def forge(program):
    return program.forge


def one_of(lies):
    """The message that all liars send."""
    assert len(lies) == F
    assert (lies == lies[0]).all()
    return lies[0]


def close(ours, theirs):
    return np.allclose(ours, theirs, rtol=1e-4, atol=1e-4)


def longest(allowed, high=1e4):
    """The largest factor that is allowed, when those below it are."""
    low = 0.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if allowed(middle) else (low, middle)
    return low


def unit(x):
    return x / np.linalg.norm(x)


DIRECTIONS = {"unit": lambda x: unit(x.mean(0)), "sign": lambda x: np.sign(x.mean(0)), "deviation": lambda x: x.std(0, ddof=1)}


def squared(x, y):
    return ((x[:, None] - y[None]) ** 2).sum(-1)


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_min_max(honest, forge, direction):
    x, p = honest.astype(float), DIRECTIONS[direction](honest.astype(float))
    lie = lambda g: x.mean(0) - g * p
    g = longest(lambda g: squared(x, lie(g)[None]).max() <= squared(x, x).max())
    assert close(one_of(forge("min_max", direction=direction)), lie(g))
    assert close(one_of(forge("min_max", direction=direction, largest=0.01)), lie(0.01))


@pytest.mark.parametrize("bound", ["greatest", "least"])
@pytest.mark.parametrize("direction", DIRECTIONS)
def test_min_sum(honest, forge, direction, bound):
    x, p = honest.astype(float), DIRECTIONS[direction](honest.astype(float))
    sums = squared(x, x).sum(1)
    most = sums.max() if bound == "greatest" else sums.min()
    lie = lambda g: x.mean(0) - g * p
    g = longest(lambda g: squared(x, lie(g)[None]).sum() <= most)
    assert close(one_of(forge("min_sum", direction=direction, bound=bound)), lie(g))


def krum_picks_a_liar(x, lie, liars):
    rows = np.concatenate([x, np.tile(lie, (liars, 1))])
    nearest = max(1, len(x) - 2)  # n - f - 2
    between = squared(rows, rows)
    scores = [np.sort(np.delete(between[i], i))[:nearest].sum() for i in range(len(rows))]
    return min(scores[len(x):]) < min(scores[:len(x)])


def test_fang_krum(honest, forge):
    x, s = honest.astype(float), np.sign(honest.mean(0))
    reach = 10 * np.linalg.norm(x, axis=1).mean() / np.linalg.norm(s)
    picked = lambda length: krum_picks_a_liar(x, -length * s, F)
    assert close(one_of(forge("fang_krum")), -longest(picked, reach) * s)
    halved = next(reach / 2**k for k in range(30) if picked(reach / 2**k))
    assert close(one_of(forge("fang_krum", search="halving")), -halved * s)


def test_fang_krum_that_knows_its_own(program, honest, forge):
    own = np.random.default_rng(2).normal(0.3, 1, (F, 200)).astype(np.float32)
    np.save(program.folder / "own.npy", own)
    x, s = own.astype(float), np.sign(own.mean(0))
    reach = 10 * np.linalg.norm(x, axis=1).mean() / np.linalg.norm(s)
    for liars in range(1, F + 1):
        length = longest(lambda length: krum_picks_a_liar(x, -length * s, liars), reach)
        if length > 1e-6:
            break
    assert close(one_of(forge("fang_krum", "--own", "own.npy", knowledge="partial")), -length * s)


def test_fang_trimmed_mean(program, honest, forge):
    up = honest.mean(0) > 0
    near = np.where(up, honest.min(0), honest.max(0))
    away = near > 0  # from 0 is up
    far = np.where(up == away, near / 3, near * 3)
    assert close(one_of(forge("fang_trimmed_mean", draw="far", b=3)), far)
    drawn = forge("fang_trimmed_mean", b=3)
    assert (drawn >= np.minimum(near, far) - 1e-5).all() and (drawn <= np.maximum(near, far) + 1e-5).all()
    share = (drawn - near) / (far - near)
    assert abs(share.mean() - 0.5) < 0.06 and abs(share.std() - 12**-0.5) < 0.04  # uniform, 800 of them
    own = np.random.default_rng(2).normal(0.3, 1, (F, 200)).astype(np.float32)
    np.save(program.folder / "own.npy", own)
    four = own.mean(0) - np.sign(own.mean(0)) * 4 * own.std(0, ddof=1)
    assert close(one_of(forge("fang_trimmed_mean", "--own", "own.npy", knowledge="partial", draw="far")), four)


def test_anti_cge(honest, forge):
    norms = np.linalg.norm(honest, axis=1)
    order = np.argsort(norms)
    kept = len(honest) - F
    assert close(one_of(forge("anti_cge")), -unit(honest[order[:kept]].sum(0)) * 0.999 * norms[order[kept]])


@pytest.mark.parametrize("angle", [90, 180, 250])
def test_rop(program, honest, forge, angle):
    last = np.random.default_rng(3).normal(0, 1, 200).astype(np.float32)
    np.save(program.folder / "last.npy", last)
    mean = honest.mean(0)
    toward = unit(0.9 * last + 0.1 * mean)
    across = unit(np.ones(200) - toward.sum() * toward)
    turned = np.cos(np.radians(angle)) * toward + np.sin(np.radians(angle)) * across
    lie = one_of(forge("rop", "--last", "last.npy", "--round", 2, pi=0.7, angle=angle, z=2))
    assert close(lie, 0.7 * last + 0.3 * mean + 2 * turned)


@pytest.mark.parametrize("fence", ["none", "iqr", "z_score"])
@pytest.mark.parametrize("signed", ["true", "false"])
def test_sparse(program, honest, forge, fence, signed):
    weights = np.random.default_rng(4).normal(0, 1, 200).astype(np.float32)
    np.save(program.folder / "weights.npy", weights)
    mean, deviation = honest.mean(0), honest.std(0, ddof=1)
    mask = np.zeros(200, bool)
    mask[np.argsort(np.abs(weights * mean))[-40:]] = True
    inside = np.sort(deviation[mask])
    top = {"none": np.inf, "z_score": inside.mean() + 2 * inside.std(ddof=1),
           "iqr": inside[30] + 1.5 * (inside[30] - inside[10])}[fence]
    size = np.where(mask, 3 * np.minimum(deviation, top), 0.2 * deviation)
    lie = mean - size * (np.sign(mean) if signed == "true" else 1)
    given = {"share": 0.2, "large": 3, "z": 0.2, "fence": fence, "signed": signed}
    assert close(one_of(forge("sparse", "--weights", "weights.npy", **given)), lie)


def test_sparse_as_far_as_min_sum_allows(program, honest, forge):
    np.save(program.folder / "weights.npy", np.ones(200, np.float32))
    x = honest.astype(float)
    mean, deviation = x.mean(0), x.std(0, ddof=1)
    mask = np.zeros(200, bool)
    mask[np.argsort(np.abs(mean))[-10:]] = True
    lie = lambda z: mean - np.where(mask, deviation, z * deviation)
    z = longest(lambda z: squared(x, lie(z)[None]).sum() <= squared(x, x).sum(1).min(), 100)
    given = {"share": 0.05, "large": 1, "small": "min_sum", "fence": "none"}
    assert z > 0 and close(one_of(forge("sparse", "--weights", "weights.npy", **given)), lie(z))


def test_sign_guard_aware(honest, forge):
    mean = honest.mean(0)
    lie = one_of(forge("sign_guard_aware"))
    assert close(np.sort(lie), np.sort(mean)) and (np.sign(lie) != np.sign(mean)).mean() > 0.2
    lie = one_of(forge("sign_guard_aware", magnitude="uniform"))
    assert (np.sign(lie) == 1).sum() == (mean > 0).sum()
    assert (np.abs(lie) < 1).all() and abs(np.abs(lie).mean() - 0.5) < 0.08


def test_mimic_learns_the_direction_in_which_the_honest_differ_most(program, honest, forge):
    honest[:, 7] = 100 * np.arange(13) - 600
    np.save(program.folder / "honest.npy", honest)
    ends = [one_of(forge("mimic", "--seed", seed, target="learned")) for seed in range(6)]
    assert {float(end[7]) for end in ends} == {-600, 600}  # a direction has no sign


@pytest.mark.parametrize("where", ["widest", "every"])
def test_one_coordinate(program, honest, forge, where):
    honest[:, 9] *= 3
    np.save(program.folder / "honest.npy", honest)
    lie = one_of(forge("one_coordinate", "--aggregator", "krum", where=where))
    off = lie - honest.mean(0)
    if where == "widest":
        assert off[9] > 1 and np.abs(np.delete(off, 9)).max() < 1e-5
    else:
        assert off.min() > 0.01 and np.ptp(off) < 1e-4

    def harm(step):
        np.save(program.folder / "all.npy", np.concatenate([honest, np.tile(honest.mean(0) + step * off, (F, 1))]))
        program("aggregate", "krum", "--input", "all.npy", "--f", F, "--output", "update.npy")
        return np.linalg.norm(np.load(program.folder / "update.npy") - honest.mean(0))

    assert harm(1) >= 0.99 * max(harm(step) for step in np.geomspace(0.1, 10, 15))
