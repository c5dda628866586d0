"""Components that are programs of the user's: what they see, ask, remember and return."""
import csv
import pathlib
import re
import subprocess
import sys

import numpy as np
import pytest

from process_runs import RULES, record
from tree import BUILD, ROOT

HELPER = ROOT / "tools/python"


def test_a_rule_in_python_gives_the_bytes_of_ours_on_any_number_of_threads(program, write):
    median = write("varangian_plugin.serve_aggregator(lambda view: np.median(view.rows, axis=0))\n")
    program("run", program.config(**RULES | {"name": "ours", "aggregator": "median"}))
    program("run", program.config(**RULES | {"name": "theirs", "aggregator": median}), "--threads", 2)
    assert record(program, "ours") == record(program, "theirs")


def test_the_rule_of_the_readme_is_the_median(program, write):
    (source,) = re.findall(r"^```python\n(.*?)^```$", (ROOT / "README.md").read_text(), re.S | re.M)
    assert len(source.splitlines()) <= 10
    rule = write("")
    (program.folder / "part.py").write_text(source)
    program("run", program.config(**RULES | {"name": "ours", "aggregator": "median"}))
    program("run", program.config(**RULES | {"name": "theirs", "aggregator": rule}))
    assert record(program, "ours") == record(program, "theirs")


def test_an_adversary_in_python_gives_the_bytes_of_ours(program, write):
    flip = write("varangian_plugin.serve_adversary(lambda view: -view.own)\n")
    program("run", program.config(**RULES | {"name": "ours"}))
    for threads in (1, 2):
        program("run", program.config(**RULES | {"name": f"theirs{threads}", "adversary": flip}), "--threads", threads)
        assert record(program, "ours") == record(program, f"theirs{threads}")


OPTIMAL = """
def forge(view):
    mean, spread = view.honest.mean(0), view.honest.std(0)
    steps = np.linspace(0, 5, 50)
    damage = view.damage(mean, -spread, steps)
    best = steps[np.argmax(damage)]
    update, told = view.explain(mean - best * spread)
    assert np.isclose(np.linalg.norm(update - mean), damage.max(), rtol=1e-3)
    assert np.array_equal(update, view.update(mean - best * spread))
    assert len(told["weights"]) >= view.n and not view.honest.flags.writeable
    assert np.array_equal(view.state.rounds, np.full(3, view.round - 1.0))
    return np.tile(mean - best * spread, (len(view.workers), 1)), {"rounds": view.state.rounds + 1}
varangian_plugin.serve_adversary(forge, knowledge="omniscient", state={"rounds": ["workers"]})
"""


def test_an_omniscient_adversary_in_python_asks_the_rule_and_goes_on_from_a_checkpoint(program, write):
    attack = write(OPTIMAL) | {"name": "omniscient_process"}
    changes = RULES | {"aggregator": "krum", "adversary": attack}
    program("run", program.config(**changes | {"name": "whole"}))
    for rounds in (20, 40):
        program("run", program.config(**changes | {"name": "halves", "rounds": rounds}), "--threads", 2)
    assert record(program, "whole") == record(program, "halves")
    program("run", program.config(**changes | {"name": "ours", "adversary": {"name": "alie"}}))
    loss = {}
    for name in ("whole", "ours"):
        (run,) = program.runs(name)
        loss[name] = float(list(csv.DictReader((run / "metrics.csv").open()))[-1]["train_loss"])
    assert loss["whole"] > loss["ours"]


def test_the_attack_of_the_docs_runs(program, write):
    (source,) = re.findall(r"^```python\n(.*?)^```$", (ROOT / "docs/process.md").read_text(), re.S | re.M)
    attack = write("") | {"name": "omniscient_process"}
    (program.folder / "part.py").write_text(source)
    program("run", program.config(**RULES | {"aggregator": "median", "adversary": attack}))
    np.save(program.folder / "honest.npy", np.random.default_rng(0).normal(size=(6, 30)).astype(np.float32))
    program("forge", "omniscient_process", "--input", "honest.npy", "--f", 2, "--aggregator", "median", "--output", "out.npy",
            "--set", f'command=["{sys.executable}", "part.py"]')
    assert np.load(program.folder / "out.npy").shape == (2, 30)


@pytest.mark.parametrize("name, text, told", [
    ("process", 'varangian_plugin.serve_adversary(lambda view: view.own, knowledge="omniscient")\n',
     'it wants the knowledge "omniscient", and this adversary is blind'),
    ("process", 'varangian_plugin.serve_adversary(lambda view: view.own, state={"steps": []})\n',
     'its state "steps" must have "workers" as its first axis'),
    ("omniscient_process", """
def forge(view):
    return np.zeros((len(view.workers), len(view.weights))) + view.damage(view.weights, view.weights, "many")
varangian_plugin.serve_adversary(forge, knowledge="omniscient")
""", "could not convert string to float: 'many'"),
])
def test_what_an_adversary_may_not_is_told(program, write, name, text, told):
    done = program("run", program.config(**RULES | {"adversary": write(text) | {"name": name}}), expect=None)
    assert done.returncode in (1, 2) and told in done.stderr and f'adversary "{name}": ' in done.stderr, done.stderr


def test_each_worker_and_round_has_a_seed_of_its_own_on_any_number_of_threads(program, write):
    noise = write("""
def forge(view):
    with open("seeds", "a") as file:
        for worker, seed in zip(view.workers, view.seeds):
            file.write(f"{view.round} {worker} {seed}\\n")
    return [view.generator(i).standard_normal(view.own.shape[1]) for i in range(len(view.workers))]
varangian_plugin.serve_adversary(forge)
""")
    seeds = []
    for threads in (1, 2):
        program("run", program.config(**RULES | {"name": f"on{threads}", "adversary": noise}), "--threads", threads)
        seeds.append(sorted((program.folder / "seeds").read_text().splitlines()))
        (program.folder / "seeds").unlink()
    assert seeds[0] == seeds[1] and record(program, "on1") == record(program, "on2")
    assert len({line.split()[2] for line in seeds[0]}) == len(seeds[0]) == 3 * 40


def test_a_diagnostic_in_python_fills_columns_of_the_round_and_of_the_workers(program, write):
    norms = write("""
def measure(view):
    assert view.byzantine == [6, 7, 8] and view.honest == [0, 1, 2, 3, 4, 5]
    assert np.allclose(view.rows[view.honest].mean(0), view.honest_mean, atol=1e-5)
    return {"length": np.linalg.norm(view.update), "norm": np.linalg.norm(view.rows, axis=1)}
varangian_plugin.serve_diagnostic(measure, columns=["length"], worker_columns=["norm"])
""")
    program("run", program.config(**RULES | {"diagnostics": [norms]}))
    (run,) = program.runs()
    rounds = list(csv.DictReader((run / "diagnostics.csv").open()))
    workers = list(csv.DictReader((run / "workers.csv").open()))
    metrics = {row["round"]: row for row in csv.DictReader((run / "metrics.csv").open())}
    assert [row["round"] for row in rounds] == ["10", "20", "30", "40"] and len(workers) == 36
    for row in rounds:
        assert float(row["length"]) == pytest.approx(float(metrics[row["round"]]["update_norm"]), rel=1e-5)


STATEFUL = """
def aggregate(view):
    assert np.all(view.state.rounds == view.round - 1) and not view.rows.flags.writeable
    chance = view.generator().standard_normal(len(view.last_update)) * view.parameters["noise"]
    update = view.rows.mean(0) + 0.5 * view.state.last + chance
    return update, {"last": update, "rounds": view.state.rounds + 1}
varangian_plugin.serve_aggregator(aggregate, state={"last": ["columns"], "rounds": []})
"""


def test_state_and_chance_go_on_where_a_stopped_run_ended(program, write):
    rule = write(STATEFUL, parameters={"noise": 0.001})
    program("run", program.config(**RULES | {"name": "whole", "aggregator": rule}))
    for rounds in (15, 40):
        program("run", program.config(**RULES | {"name": "halves", "aggregator": rule, "rounds": rounds}))
    (run,) = program.runs("halves")
    assert (run / "weights.safetensors").read_bytes() == record(program, "whole")["weights.safetensors"]
    other = write(STATEFUL, parameters={"noise": 0.002})
    program("run", program.config(**RULES | {"name": "other", "aggregator": other}))
    assert record(program, "other") != record(program, "whole")


def test_the_files_of_a_command_count_by_their_content_and_the_deadline_does_not(program, write):
    text = "varangian_plugin.serve_aggregator(lambda view: view.rows.mean(0))\n"
    identity = lambda part: program("check", program.config(**RULES | {"aggregator": part})).stdout.splitlines()[-3].split()[0]
    first = identity(write(text))
    assert identity(write(text, name="elsewhere.py")) == first
    assert identity(write(text, seconds=5)) == first
    assert identity(write(text + "# changed\n")) != first
    assert identity(write(text, parameters={"a": 1})) != first


def test_the_child_keeps_the_terminal_for_a_debugger(program, write):
    part = write("""
def aggregate(view):
    if view.round == 2:
        breakpoint()
    return view.rows.mean(0)
varangian_plugin.serve_aggregator(aggregate)
""", seconds=0)
    done = program("run", program.config(**RULES | {"aggregator": part}), input="p view.rows.shape\nc\n")
    assert "(Pdb) (9, 50)" in done.stdout


@pytest.mark.parametrize("kind", ["adversary", "aggregator", "diagnostic"])
def test_what_plugin_new_writes_in_python_runs_and_passes_its_own_test(kind, tmp_path):
    environment = {"PATH": f"{pathlib.Path(sys.executable).parent}:{BUILD}:/usr/bin:/bin"}
    for command in (["varangian", "plugin", "new", "--python", kind, "mine"], ["varangian", "run", "mine/config.json"],
                    ["mine/test.sh"]):
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
    assert done.stdout == "mine: passed\n"
    assert len((tmp_path / "mine/mine.py").read_text().splitlines()) <= 15
