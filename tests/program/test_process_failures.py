"""Programs of the user's that fail, hang, are killed or are none: what is said, and that a run outlives them."""
import os
import pathlib
import signal
import subprocess
import time

import numpy as np
import pytest

from process_runs import RECORD, RULES, error_of, record
from tree import BUILD, CONFIG


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
    assert 'round 23: aggregator "process": ' in error and message in error, error
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
