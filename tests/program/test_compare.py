"""varangian compare: a real sweep, and forged run directories where the numbers must be known."""
import csv
import io
import itertools
import json
import re
import statistics

import pytest

SWEEP = {
    "cases": {
        "rule": {"mean": {"/aggregator": "mean"}, "median": {"/aggregator": "median"}},
        "attack": {"flip": {"/adversary": "sign_flip"}, "noise": {"/adversary": {"name": "gaussian", "deviation": 3.0}}},
    },
    "seeds": 3,
}


@pytest.fixture
def toy(program):
    """The folder of twelve real runs on the quadratic."""
    program("run", program.config(compressor="none", rounds=20, sweep=SWEEP), "--quiet")
    return "results/toy"


class Forge:
    """Writes run directories as the simulator leaves them, with a last accuracy of our choosing."""

    def __init__(self, folder):
        self.folder = folder
        self.made = 0

    def __call__(self, accuracy, experiment="x", status="completed", start="2026-01-01T00:00:00Z", config=None, **swept):
        path = self.folder / "results" / experiment / f"{self.made:012x}"
        self.made += 1
        path.mkdir(parents=True)
        adversary = {"name": swept.get("attack", "none")}
        manifest = {"run_id": path.name, "name": experiment, "status": status, "reason": None, "swept": swept, "rounds": 10,
                    "rounds_done": 10, "final": None, "sessions": [{"start": start}],
                    "identity": {"config": {"adversaries": [adversary], **(config or {})}},
                    "task": {"chance_accuracy": 0.1}}
        (path / "manifest.json").write_text(json.dumps(manifest))
        (path / "metrics.csv").write_text(f"round,test_accuracy,bytes_up\n0,0.1,0\n5,0.3,10\n10,{accuracy},10\n")
        return path

    def grid(self, accuracy, rules=("a", "b", "c"), attacks=("alie", "flip"), seeds=3, **more):
        """One run for each combination; accuracy(rule, attack, seed) by their places."""
        for (r, rule), (a, attack), seed in itertools.product(enumerate(rules), enumerate(attacks), range(seeds)):
            self(accuracy(r, a, seed), rule=rule, attack=attack, seed=seed, **more)


@pytest.fixture
def forge(program):
    return Forge(program.folder)


def ordered(rule, attack, seed):
    return round(0.9 - 0.1 * rule - 0.1 * attack * rule + 0.01 * seed, 3)


def table(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_a_real_sweep_is_compared(program, toy):
    said = program("compare", toy, "--by", "rule", "--metric", "last:test_loss").stdout
    assert "test_loss at the end of the run (lower is better), by rule" in said
    assert "6 blocks: one for each combination of attack, seed." in said and "Repeated: 3 seeds." in said
    runs = json.loads(program("results", toy, "--format", "json").stdout)
    rows = table(program("compare", toy, "--by", "aggregator", "--metric", "test_loss", "--format", "csv").stdout)
    assert {row["rule"] for row in rows} == {"mean", "median"}
    for row in rows:
        own = [run for run in runs if run["swept"]["rule"] == row["rule"]]
        by_attack = {attack: statistics.mean(run["final"]["test_loss"] for run in own if run["swept"]["attack"] == attack)
                     for attack in ("flip", "noise")}
        assert float(row["mean"]) == pytest.approx(statistics.mean(run["final"]["test_loss"] for run in own))
        assert float(row["worst"]) == pytest.approx(max(by_attack.values()))
        assert by_attack[row["under"]] == max(by_attack.values())
        seeds = [statistics.mean(run["final"]["test_loss"] for run in own if run["swept"]["seed"] == seed) for seed in range(3)]
        assert float(row["deviation"]) == pytest.approx(statistics.stdev(seeds))


def test_the_same_runs_give_the_same_bytes(program, toy):
    said = [program("compare", toy, "--by", "rule", "--metric", "area:test_loss").stdout for _ in range(2)]
    assert said[0] == said[1]


def test_three_seeds_are_too_few_and_seven_are_not(program, forge):
    forge.grid(ordered)
    said = program("compare", "results", "--by", "rule").stdout
    assert "The smallest p that 3 seeds can give: 0.25 for a pair, 0.75 after Holm; 0.028 for Friedman." in said
    assert "no pair can be told from chance at 0.05: that takes 7 seeds." in said
    assert said.count("too few seeds") == 3
    pairs = said[:said.index("6 blocks")]
    assert "significant" not in pairs
    assert "significant" not in program("compare", "results", "--by", "rule", "--alpha", 0.01).stdout


def test_seven_unanimous_seeds_are_significant(program, forge):
    forge.grid(ordered, seeds=7)
    said = program("compare", "results", "--by", "rule").stdout
    assert len(re.findall(r"^\w - \w .* significant$", said, re.M)) == 3
    rows = table(program("compare", "results", "--by", "rule", "--format", "csv", "--pairs").stdout)
    assert [float(row["p"]) for row in rows] == [1 / 64] * 3
    assert [float(row["p (Holm)"]) for row in rows] == [3 / 64] * 3
    against_baseline = program("compare", "results", "--by", "rule", "--baseline", "b").stdout
    assert "corrected by Holm for 2 pairs" in against_baseline and "baseline" in against_baseline


def test_blocks_can_be_what_is_repeated(program, forge):
    forge.grid(ordered)
    said = program("compare", "results", "--by", "rule", "--replicates", "blocks").stdout
    assert "The smallest p that 6 blocks can give: 0.031" in said and "not of other seeds" in said


def test_diverged_counts_as_chance_and_what_did_not_finish_is_counted(program, forge):
    forge.grid(ordered, rules=("a", "b"))
    forge("nan", status="diverged", rule="a", attack="mimic", seed=0)
    forge(0.5, rule="b", attack="mimic", seed=0)
    forge(0.7, status="interrupted", rule="a", attack="late", seed=0)
    forge(0.7, rule="b", attack="late", seed=0)
    said = program("compare", "results", "--by", "rule").stdout
    assert "7 blocks" in said and "1 incomplete block left out of everything above; missing: a in 1" in said
    assert "not finished, and left out: 1 interrupted" in said
    rows = {row["rule"]: row for row in table(program("compare", "results", "--by", "rule", "--format", "csv").stdout)}
    assert float(rows["a"]["worst"]) == 0.1 and rows["a"]["under"] == "mimic"


def test_a_target_that_some_never_reach(program, forge):
    forge.grid(lambda rule, attack, seed: 0.9 if rule == 0 or attack == 0 else 0.5, rules=("a", "b"))
    said = program("compare", "results", "--by", "rule", "--metric", "bits_to:test_accuracy:0.8").stdout
    assert re.search(r"^a +160 +0 +6 of 6 +160 ", said, re.M), said
    assert re.search(r"^b +160 +0 +3 of 6 +never +flip ", said, re.M), said


def test_a_table_of_cells_for_a_paper(program, forge):
    forge.grid(ordered, rules=("a_b", "c"))
    tex = program("compare", "results", "--rows", "rule", "--cols", "attack", "--format", "latex").stdout
    assert tex.splitlines()[:2] == [r"\begin{tabular}{lrr}", r"\toprule"]
    assert r"a\_b & \textbf{0.91} $\pm$ 0.01 & \textbf{0.91} $\pm$ 0.01 \\" in tex
    assert r"c & 0.81 $\pm$ 0.01 & 0.71 $\pm$ 0.01 \\" in tex
    text = program("compare", "results", "--rows", "rule", "--cols", "attack").stdout
    assert "0.71 ± 0.01" in text and "mean over seed" in text
    rows = table(program("compare", "results", "--rows", "rule", "--cols", "attack", "--format", "csv").stdout)
    assert [float(row["mean"]) for row in rows] == pytest.approx([0.91, 0.91, 0.81, 0.71])
    assert {row["runs"] for row in rows} == {"3"}


def test_one_folder_against_another(program, forge):
    forge.grid(ordered, rules=("a", "b"), experiment="old")
    forge.grid(lambda rule, attack, seed: ordered(rule, attack, seed) - 0.005 - 0.3 * attack * rule, rules=("a", "b", "c"),
               experiment="new")
    done = program("compare", "results/new", "--against", "results/old", "--format", "csv")
    rows = {row["cell"]: row for row in table(done.stdout)}
    assert float(rows["attack flip, rule b"]["A - B"]) == pytest.approx(-0.305)
    assert rows["attack flip, rule b"]["beyond seeds"] == "yes" and rows["attack alie, rule a"]["beyond seeds"] == "no"
    assert "only in A (2): attack alie, rule c; attack flip, rule c" in done.stderr
    assert len(rows) == 4


def test_single_runs_against_each_other_and_against_a_sweep(program, forge):
    first, second = forge(0.8, rule="a"), forge(0.7, rule="b")
    alone = forge(0.75, experiment="alone")
    said = program("compare", first, "--against", second).stdout
    assert re.search(r"^run +0.8 +0.7 +0.1 .* unknown$", said, re.M) and "A is rule a\nB is rule b" in said
    rows = table(program("compare", "results/x", "--against", alone, "--format", "csv").stdout)
    assert [float(row["A - B"]) for row in rows] == pytest.approx([0.05, -0.05])
    assert "no cell stands in both" in program("compare", "results/x", "--against",
                                               forge(0.7, experiment="z", rule="q"), expect=2).stderr


def test_of_runs_at_one_place_the_latest_counts(program, forge):
    forge(0.2, rule="a", start="2025-01-01T00:00:00Z", config={"optimizer": {"lr": 1}})
    forge(0.9, rule="a", config={"optimizer": {"lr": 2}})
    forge(0.5, rule="b", config={"optimizer": {"lr": 2}})
    said = program("compare", "results", "--by", "rule").stdout
    assert "1 older run at the same place of the sweep left out (the configs differ at /optimizer/lr)" in said
    assert re.search(r"^a +0.9 ", said, re.M)


def test_what_is_zipped_with_the_axis_makes_no_block(program, forge):
    for seed in range(2):
        forge(0.8, rule="a", seed=seed, **{"/optimizer/lr": 0.1})
        forge(0.7, rule="b", seed=seed, **{"/optimizer/lr": 0.2})
    said = program("compare", "results", "--by", "rule").stdout
    assert "2 blocks: one for each value of seed." in said and "lr follows from rule: no part of a block." in said


def test_experiments_lying_together_are_told_apart(program, forge):
    forge.grid(ordered, experiment="x")
    forge.grid(ordered, experiment="y")
    forge(0.5, experiment="z", width=3)
    said = program("compare", "results", "--by", "rule").stdout
    assert "12 blocks: one for each combination of attack, seed, experiment" in said
    assert "1 runs have no value on rule, and are left out" in said


def test_damage_is_told_and_the_rest_is_compared(program, forge):
    forge.grid(ordered)
    runs = sorted((program.folder / "results/x").iterdir())
    (runs[0] / "metrics.csv").write_text("round,test_accuracy,bytes_up\n0,0.1,0\n5,0.")
    (runs[1] / "metrics.csv").write_bytes(b"\x00\xff\x1b[31m")
    (runs[2] / "metrics.csv").unlink()
    (runs[4] / "manifest.json").write_text('{"run_id": ')
    (runs[5] / "manifest.json").write_text(json.dumps(json.loads((runs[5] / "manifest.json").read_text()) | {"swept": [1]}))
    done = program("compare", "results", "--by", "rule")
    assert "metrics.csv: the last line is cut: left out" in done.stderr
    assert "\x1b" not in done.stderr + done.stdout
    assert "\"swept\" is [1], not an object" in done.stderr
    assert "without a sound record of test_accuracy, and left out: 3 finished runs" in done.stdout
    assert "1 block: one for each" in done.stdout


@pytest.mark.parametrize("arguments, message", [
    (["results", "--by", "ruel"], "--by ruel: no such axis; did you mean \"rule\"?"),
    (["results"], "--by is required: one of rule, attack"),
    (["results", "--by", "seed"], "a seed is what is repeated"),
    (["results", "--by", "rule", "--metric", "final_acuracy"], "did you mean \"final_accuracy\"?"),
    (["results", "--by", "rule", "--metric", "last:test_acuracy"],
     "results: --metric: unknown column \"test_acuracy\"; did you mean \"test_accuracy\"?"),
    (["results", "--by", "rule", "--baseline", "d"], "rule has no value \"d\""),
    (["results", "--by", "rule", "--attack", "atack"], "did you mean \"attack\"?"),
    (["results", "--by", "rule", "--only", "rule=a"], "all runs have the same value, a"),
    (["results", "--rows", "rule"], "--rows and --cols go together"),
    (["results", "--rows", "rule", "--cols", "rule"], "are both rule"),
    (["results", "--by", "rule", "--alpha", "2"], "--alpha"),
    (["nowhere", "--by", "rule"], "nowhere: there is no such folder"),
    (["empty", "--by", "rule"], "empty: no runs below this folder"),
])
def test_a_mistake_is_told_and_exits_with_2(program, forge, arguments, message):
    forge.grid(ordered)
    (program.folder / "empty").mkdir()
    done = program("compare", *arguments, expect=2)
    assert message in done.stderr + done.stdout
