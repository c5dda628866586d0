"""Runs of a sweep in processes side by side: same bytes, and what befalls one of them befalls no other."""
import os
import pathlib
import signal
import time

import pytest

from sweeps import LONG, RECORD, SWEEP, await_checkpoints, manifests, records


def children(pid):
    """Processes started by this one that still live."""
    found = []
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = stat.read_text().rsplit(")", 1)[1].split()[:2]
        except OSError:
            continue
        if int(parent) == pid and state != "Z":
            found.append(int(stat.parent.name))
    return found


@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_a_sweep_leaves_the_bytes_of_its_runs_alone(program, jobs):
    for seed in SWEEP["sweep"]["grid"]["/seed"]:
        program("run", program.config(seed=seed), "--out", "alone")
    program("run", program.config(**SWEEP), "--jobs", jobs)
    alone = {run.name: [(run / file).read_bytes() for file in RECORD] for run in (program.folder / "alone/toy").iterdir()}
    assert records(program) == alone and len(alone) == 4


def test_what_a_run_wrote_as_its_config_repeats_it(program):
    program("run", program.config(**SWEEP), "--jobs", 2)
    run = program.runs()[0]
    again = program("run", run / "config.json")
    assert "done" in again.stderr and str(run.relative_to(program.folder)) in again.stdout
    program("run", run / "config.json", "--out", "again")
    assert (program.folder / "again/toy" / run.name / "metrics.csv").read_bytes() == (run / "metrics.csv").read_bytes()


def test_a_run_whose_process_dies_stops_no_other_and_is_repeated_when_asked(program):
    config = program.config(**LONG, **SWEEP)
    process = program.start("run", config, "--jobs", 2)
    await_checkpoints(program, process, 2)
    victim = children(process.pid)[0]
    os.kill(victim, signal.SIGKILL)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 1, said
    assert "its process was ended by signal 9 (Killed), as the system does when memory runs out" in said
    assert "again: varangian run" in said and "--retry-failed" in said
    states = sorted(manifest["status"] for manifest in manifests(program))
    assert states == ["completed"] * 3 + ["failed"]

    left = program("run", config, expect=1)
    assert "failed before: its process was ended by signal 9" in left.stderr
    assert sorted(manifest["status"] for manifest in manifests(program)) == states
    program("run", config, "--retry-failed")
    assert all(manifest["status"] == "completed" for manifest in manifests(program))
    whole = program.config(**LONG, **SWEEP, name="whole")
    program("run", whole)
    assert records(program) == records(program, "whole")


def test_ctrl_c_stops_all_runs_at_a_checkpoint_and_the_same_command_goes_on(program):
    config = program.config(**LONG | {"rounds": 20000}, **SWEEP)
    process = program.start("run", config, "--jobs", 2)
    await_checkpoints(program, process, 2)
    workers = children(process.pid)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130 and "the same command goes on" in said
    assert len(workers) == 2 and not any(pathlib.Path(f"/proc/{worker}").exists() for worker in workers)
    assert [manifest["status"] for manifest in manifests(program)] == ["interrupted"] * 2
    program("run", config)
    assert [manifest["status"] for manifest in manifests(program)] == ["completed"] * 4
    assert sorted(len(manifest["sessions"]) for manifest in manifests(program)) == [1, 1, 2, 2]


def test_ctrl_c_reaches_a_process_that_has_just_started(program):
    config = program.config(**LONG | {"rounds": 1000000}, **SWEEP)
    process = program.start("run", config, "--jobs", 2)
    deadline = time.monotonic() + 60
    while len(children(process.pid)) < 2:  # they load LibTorch now, and ignore signals
        assert process.poll() is None and time.monotonic() < deadline
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130, said


def test_a_sweep_that_is_killed_takes_its_processes_along_and_goes_on(program):
    config = program.config(**LONG, **SWEEP)
    process = program.start("run", config, "--jobs", 2)
    await_checkpoints(program, process, 2)
    workers = children(process.pid)
    process.kill()
    process.communicate()
    deadline = time.monotonic() + 10
    while any(pathlib.Path(f"/proc/{worker}").exists() for worker in workers) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(workers) == 2 and not any(pathlib.Path(f"/proc/{worker}").exists() for worker in workers)
    program("run", config)
    program("run", program.config(**LONG, **SWEEP, name="whole"))
    assert records(program) == records(program, "whole")


def test_the_log_and_the_lines_on_the_way_tell_how_far_a_sweep_is(program):
    done = program("run", program.config(**SWEEP), "--jobs", 2)
    assert "4 runs on cpu" in done.stderr and "2 at a time, " in done.stderr
    assert [f"[{i}/4] " in done.stderr for i in range(1, 5)] == [True] * 4
    log = (program.folder / "results/toy/sweep.log").read_text()
    assert [f" seed {seed}: completed after 40 rounds" in log for seed in range(1, 5)] == [True] * 4


def test_the_longest_runs_start_first(program):
    program("run", program.config(sweep={"grid": {"/task/dataset/dimension": [10, 1000, 100]}}), "--jobs", 1)
    log = (program.folder / "results/toy/sweep.log").read_text()
    assert [line.split()[2].rstrip(":") for line in log.splitlines()] == ["1000", "100", "10"]
