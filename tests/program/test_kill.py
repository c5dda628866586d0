"""A run that is killed, starved of disk or robbed of its folder goes on later, and ends with the bytes of an undisturbed one."""
import json
import os
import re
import shutil
import signal
import subprocess
import time

import pytest

from tree import BUILD, ROOT

LONG = {"rounds": 6000, "evaluate": {"every": 500}, "checkpoint": {"seconds": 0.05}, "diagnostics": ["vote_margin"]}
RECORD = ["metrics.csv", "diagnostics.csv", "workers.csv", "weights.safetensors"]


def record(program, name):
    (run,) = program.runs(name)
    return {file: (run / file).read_bytes() for file in RECORD}


def await_checkpoint(program, process, name="toy"):
    """Until the run has written one, with a later evaluation in its record."""
    deadline = time.monotonic() + 60
    while not list(program.folder.glob(f"**/results/{name}/*/checkpoints/[1-9]*.safetensors")):
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.01)


def undisturbed(program, **changes):
    program("run", program.config(**LONG | changes | {"name": "whole"}))
    return record(program, "whole")


def test_twenty_kills_at_random_moments_change_no_byte():
    done = subprocess.run([ROOT / "tools/kill", "--kills", "20", "--build", BUILD], capture_output=True, text=True, timeout=600)
    print(done.stdout)  # the seed, should it fail
    assert done.returncode == 0, done.stdout + done.stderr
    assert sum(int(line.split()[3]) for line in done.stdout.splitlines()[2:]) >= 20


def test_a_run_that_another_process_works_on_is_waited_for(program):
    config = program.config(**LONG)
    first = program.start("run", config)
    await_checkpoint(program, first)
    second = program.start("run", config)
    _, said = second.communicate(timeout=120)
    assert second.returncode == 0, said
    assert f"another process works on this run (pid {first.pid} on " in said and "waiting for the process" in said
    assert first.wait(timeout=60) == 0
    assert record(program, "toy") == undisturbed(program)
    assert len(program.manifest()["sessions"]) == 1


def test_a_run_whose_owner_is_killed_is_taken_over_by_the_one_that_waits(program):
    config = program.config(**LONG | {"rounds": 20000})
    first = program.start("run", config)
    await_checkpoint(program, first)
    second = program.start("run", config)
    while "waiting" not in second.stderr.readline():
        pass
    first.kill()
    assert second.wait(timeout=120) == 0
    assert record(program, "toy") == undisturbed(program, rounds=20000)


def test_waiting_ends_with_ctrl_c(program):
    config = program.config(**LONG | {"rounds": 1000000})
    first = program.start("run", config)
    await_checkpoint(program, first)
    second = program.start("run", config)
    while "waiting" not in second.stderr.readline():
        pass
    second.send_signal(signal.SIGINT)
    assert second.wait(timeout=60) == 130
    first.kill()


def test_two_processes_share_the_runs_of_a_sweep(program):
    config = program.config(**LONG | {"rounds": 3000, "sweep": {"grid": {"/seed": [1, 2, 3, 4]}}})
    processes = [program.start("run", config) for _ in range(2)]
    for process in processes:
        _, said = process.communicate(timeout=120)
        assert process.returncode == 0, said
    assert len(program.runs()) == 4
    assert all(json.loads((run / "manifest.json").read_text())["status"] == "completed" for run in program.runs())


def test_a_closed_terminal_stops_a_run_at_a_checkpoint(program):
    process = program.start("run", program.config(**LONG | {"rounds": 1000000}))
    await_checkpoint(program, process)
    process.stderr.close()  # nobody reads any more
    process.stdout.close()
    process.send_signal(signal.SIGHUP)
    assert process.wait(timeout=60) == 130
    assert program.manifest()["status"] == "interrupted"


def test_output_that_nobody_reads_ends_no_run(program):
    process = program.start("run", program.config(**LONG))
    process.stderr.close()
    process.stdout.close()
    assert process.wait(timeout=60) == 0


def test_a_folder_that_disappears_is_an_error_and_the_next_start_begins_anew(program):
    config = program.config(**LONG | {"rounds": 1000000})
    process = program.start("run", config)
    await_checkpoint(program, process)
    shutil.rmtree(program.folder / "results")
    _, said = process.communicate(timeout=60)
    assert process.returncode == 1 and re.search(r"results/toy/\w+: was removed or replaced while the run was going on", said), said
    config = program.config(**LONG)
    program("run", config)
    assert record(program, "toy") == undisturbed(program)


@pytest.fixture
def small_disk(program):
    """A file system of 1 MiB at results/, or a skip."""
    folder = program.folder / "disk/results"
    folder.mkdir(parents=True)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


@pytest.mark.parametrize("free", [0, 3000, 30000, 100000, 300000])
def test_a_full_disk_stops_a_run_with_a_clear_error_and_it_goes_on_when_there_is_room(program, small_disk, free):
    config = program.config(**LONG | {"rounds": 3000})
    filler = small_disk / "filler"
    with filler.open("wb") as file:
        size = 2**20 - free
        file.write(bytes(size - size % 4096))
    arguments = ["run", config, "--out", small_disk]
    said = program(*arguments, expect=1).stderr
    assert re.search(r"failed: \S*disk/results/toy\S*: cannot be \w+: No space left on device", said), said
    filler.unlink()
    program(*arguments)
    (run,) = small_disk.glob("toy/*/")
    whole = undisturbed(program, rounds=3000)
    assert {file: (run / file).read_bytes() for file in RECORD} == whole


def test_a_disk_that_fills_up_in_the_middle_loses_nothing(program, small_disk):
    config = program.config(**LONG | {"rounds": 30000})
    process = program.start("run", config, "--out", small_disk)
    await_checkpoint(program, process)
    with pytest.raises(OSError), (small_disk / "filler").open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    _, said = process.communicate(timeout=60)
    assert process.returncode == 1 and "No space left on device" in said, said
    (run,) = small_disk.glob("toy/*/")
    assert list(run.glob("checkpoints/*.safetensors"))
    json.loads((run / "manifest.json").read_text())
    (small_disk / "filler").unlink()
    subprocess.run(["mount", "-o", "remount,size=16m", small_disk], check=True)
    program("run", program.config(**LONG | {"rounds": 30000}), "--out", small_disk)
    assert "goes on from round" in (run / "run.log").read_text()
    whole = undisturbed(program, rounds=30000)
    assert {file: (run / file).read_bytes() for file in RECORD} == whole


def test_a_disk_that_turns_read_only_in_the_middle_loses_nothing(program):
    config = program.config(**LONG | {"rounds": 20000})
    process = program.start("run", config)
    await_checkpoint(program, process)
    (run,) = program.folder.glob("results/toy/*/")
    folder = run / "checkpoints"
    done = subprocess.run(["mount", "--bind", folder, folder], capture_output=True, text=True)
    if done.returncode != 0:
        process.kill()
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", folder], check=True)
        _, said = process.communicate(timeout=60)
        assert process.returncode == 1 and re.search(r"checkpoints/\S+: cannot be opened: Read-only file system", said), said
    finally:
        subprocess.run(["umount", "-l", folder], check=True)
    assert program.manifest()["status"] == "failed"
    program("run", config)
    assert record(program, "toy") == undisturbed(program, rounds=20000)


def test_a_limit_on_file_sizes_is_an_error_like_a_full_disk(program):
    config = program.config(**LONG)
    done = subprocess.run(["bash", "-c", f"ulimit -f 20; exec {BUILD}/varangian run {config}"], cwd=program.folder,
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and "File too large" in done.stderr, done.stderr
    program("run", config)
    assert record(program, "toy") == undisturbed(program)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody who may not write")
def test_a_folder_without_permission_is_an_error_that_names_it(program):
    program.folder.chmod(0o755)
    for parent in program.folder.parents:
        if str(parent).startswith("/tmp/"):
            parent.chmod(0o755)
    config = program.config()
    done = subprocess.run(["setpriv", "--reuid=65534", "--clear-groups", BUILD / "varangian", "run", config],
                          cwd=program.folder, capture_output=True, text=True, timeout=60)
    if "Permission denied" in done.stderr and "varangian" in done.stderr.splitlines()[0] and "setpriv" in done.stderr:
        pytest.skip("the program lies where nobody else may read")
    assert done.returncode == 1 and re.search(r"results/toy\S*: cannot be made: Permission denied", done.stderr), done.stderr


def test_a_clock_that_jumps_changes_no_byte(program):
    config = program.config(**LONG)
    process = program.start("run", config)
    await_checkpoint(program, process)
    process.send_signal(signal.SIGINT)
    process.wait(timeout=60)
    subprocess.run(["faketime", "2001-01-01", BUILD / "varangian", "run", config], cwd=program.folder, check=True,
                   capture_output=True, timeout=120)
    assert record(program, "toy") == undisturbed(program)
    start = [session["start"][:4] for session in program.manifest()["sessions"]]
    assert start[1] == "2001"


def test_the_log_tells_what_happened(program):
    config = program.config(**LONG | {"rounds": 20000})
    process = program.start("run", config)
    await_checkpoint(program, process)
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=60)
    program("run", config)
    (run,) = program.runs()
    log = (run / "run.log").read_text()
    stamp = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ "
    assert all(re.match(stamp, line) for line in log.splitlines())
    for event in [r"start: varangian .*LibTorch .* threads, pid \d+ on \S+ \(new\)", r"checkpoint of round \d+",
                  r"interrupted after round \d+", r"goes on from round \d+", r"round 20000: test loss", r"completed after round 20000"]:
        assert re.search(event, log), event


def test_python_reads_a_checkpoint(program):
    from safetensors.numpy import load_file
    program("run", program.config(**LONG))
    (run,) = program.runs()
    checkpoint = load_file(run / "checkpoints/6000.safetensors")
    assert checkpoint["weights"].shape == (50,)
    assert (checkpoint["weights"] == load_file(run / "weights.safetensors")["weights"]).all()
