"""Components that are programs of the user's: what they see, what they may do wrong, and that a run outlives them."""
import csv
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from tree import BUILD, CONFIG, ROOT

HELPER = ROOT / "tools/python"
RULES = {"compressor": "none", "aggregator": "mean"}
RECORD = ["metrics.csv", "weights.safetensors"]


@pytest.fixture
def write(program, monkeypatch):
    """Writes a program in Python and gives the component that it is."""
    monkeypatch.setenv("PYTHONPATH", str(HELPER))

    def write(text, name="part.py", **settings):
        (program.folder / name).write_text("import numpy as np\nimport varangian_plugin\n" + text)
        return {"name": "process", "command": [sys.executable, name], **settings}

    return write


def record(program, name):
    (run,) = program.runs(name)
    return {file: (run / file).read_bytes() for file in RECORD}


def error_of(program, **changes):
    error = program("run", program.config(**RULES | changes), expect=1).stderr
    manifest = program.manifest()
    assert manifest["status"] == "failed"
    return error


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


@pytest.mark.parametrize("text, message", [
    ("import os\nos._exit(3)", "ended with exit code 3 before it answered"),
    ("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)", "was killed by signal 11"),
    ("import time\ntime.sleep(60)", "did not answer within 0.5 s and was ended"),
    ("return view.rows[0][:7]", 'it returns "update" of shape [7], want [50]'),
    ("return view.rows", 'it returns "update" of shape [9,50], want [50]'),
    ("view.rows[0] = 1", "ValueError: assignment destination is read-only"),
    ("raise KeyError('nothing')", "KeyError: 'nothing'"),
])
@pytest.mark.parametrize("momentum", [0, 0.9])
def test_a_child_that_fails_ends_the_run_with_its_checkpoint(text, message, momentum, program, write):
    body = f"""
import pathlib
def aggregate(view):
    if view.round == 23 and not pathlib.Path("mended").exists():
        {text.replace(chr(10), chr(10) + "        ")}
    return view.rows.mean(0)
varangian_plugin.serve_aggregator(aggregate)
"""
    workers = CONFIG["workers"] | {"momentum": {"beta": momentum}}
    rule = write(body, seconds=0.5)
    error = error_of(program, aggregator=rule, workers=workers)
    assert f'round 23: aggregator "process": ' in error and message in error, error
    (program.folder / "mended").touch()  # the same program, now well: it goes on from round 22
    program("run", program.config(**RULES | {"aggregator": write(body, seconds=5), "workers": workers}))
    (run,) = program.runs()
    assert "goes on from round 22" in (run / "run.log").read_text()
    program("run", program.config(**RULES | {"name": "ours", "workers": workers}))
    assert np.allclose(*(np.frombuffer(record(program, name)["weights.safetensors"][-200:], np.float32)
                         for name in ("toy", "ours")), rtol=1e-4, atol=1e-6)


def test_a_diagnostic_that_dies_leaves_a_record_that_goes_on_whole(program, write):
    text = """
import os, pathlib
def measure(view):
    if view.round == 20 and not pathlib.Path("mended").exists():
        os._exit(1)
    return view.update[0]
varangian_plugin.serve_diagnostic(measure, columns=["first"])
"""
    part = write(text)
    assert 'round 20: diagnostic "process": ' in error_of(program, diagnostics=[part])
    (program.folder / "mended").touch()
    for name in ("toy", "whole"):
        program("run", program.config(**RULES | {"name": name, "diagnostics": [part]}))
    toy, whole = program.runs("toy")[0], program.runs("whole")[0]
    for file in (*RECORD, "diagnostics.csv"):
        assert (toy / file).read_bytes() == (whole / file).read_bytes()


@pytest.mark.parametrize("part, message", [
    ({"command": []}, '/aggregator: "command" is empty'),
    ({"command": ["no-such-program"]}, '/aggregator: "command": there is no program "no-such-program" in the folders of PATH'),
    ({}, "/aggregator/command: missing"),
    ({"command": "python3"}, '/aggregator/command: "python3" is not a list'),
])
def test_a_command_that_cannot_be_is_told_before_a_run(part, message, program):
    config = program.config(**RULES | {"aggregator": {"name": "process", **part}})
    assert message in program("check", config, expect=2).stderr


@pytest.mark.parametrize("text, message", [
    ("import nowhere", "ended with exit code 1 before it answered; what it printed stands above"),
    ("varangian_plugin.serve_adversary(print)", 'it serves as "adversary", want aggregator'),
    ("varangian_plugin.PROTOCOL = 7\nvarangian_plugin.serve_aggregator(print)", "it speaks protocol 7, this program 1"),
    ("varangian_plugin.serve_aggregator(print, state={'x': ['rows']})", 'its state "x" has an axis "rows", want "n"'),
    ("print('no socket')", "ended with exit code 0 before it answered"),
])
def test_a_program_that_is_no_component_is_told_at_the_start(text, message, program, write):
    error = program("run", program.config(**RULES | {"aggregator": write(text)}), expect=2).stderr
    assert message in error and 'aggregator "process": ' in error, error
    assert not (program.folder / "results").exists()


def test_the_files_of_a_command_count_by_their_content_and_the_deadline_does_not(program, write):
    text = "varangian_plugin.serve_aggregator(lambda view: view.rows.mean(0))\n"
    identity = lambda part: program("check", program.config(**RULES | {"aggregator": part})).stdout.splitlines()[-3].split()[0]
    first = identity(write(text))
    assert identity(write(text, name="elsewhere.py")) == first
    assert identity(write(text, seconds=5)) == first
    assert identity(write(text + "# changed\n")) != first
    assert identity(write(text, parameters={"a": 1})) != first


def test_a_child_ends_with_a_run_that_is_killed_whatever_it_does(program, write):
    part = write("""
import os, time
def aggregate(view):
    open("pid", "w").write(str(os.getpid()))
    time.sleep(1000)
varangian_plugin.serve_aggregator(aggregate)
""", seconds=0)
    process = program.start("run", program.config(**RULES | {"aggregator": part}))
    deadline = time.monotonic() + 30
    while not (program.folder / "pid").exists() or not (program.folder / "pid").read_text():
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.01)
    process.kill()
    process.wait()
    child = int((program.folder / "pid").read_text())
    try:
        while pathlib.Path(f"/proc/{child}").exists():
            assert time.monotonic() < deadline
            time.sleep(0.01)
    except AssertionError:
        os.kill(child, signal.SIGKILL)
        raise


def test_ctrl_c_ends_a_run_after_its_round_and_not_its_child_before(program, write):
    part = write("varangian_plugin.serve_aggregator(lambda view: view.rows.mean(0))\n")
    process = subprocess.Popen([BUILD / "varangian", "run", program.config(**RULES | {"aggregator": part, "rounds": 10**7})],
                               cwd=program.folder, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                               process_group=0)
    while not program.runs() or program.manifest().get("task") is None:
        time.sleep(0.05)
    time.sleep(0.5)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert program.manifest()["status"] == "interrupted"


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
