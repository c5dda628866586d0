"""A sweep on a real Slurm cluster, started here on loopback."""
import json
import re
import subprocess
import time

import pytest

import slurm

pytestmark = pytest.mark.skipif(bool(slurm.why_not()), reason=slurm.why_not())

LONG = {"rounds": 30000, "evaluate": {"every": 10000}, "checkpoint": {"seconds": 0.2}}
SWEEP = {"sweep": {"grid": {"/seed": [1, 2, 3, 4]}}}
RECORD = ["metrics.csv", "weights.safetensors"]


@pytest.fixture(scope="module")
def cluster():
    with slurm.Cluster() as cluster:
        yield cluster


def records(folder):
    return {run.name: [(run / file).read_bytes() for file in RECORD] for run in folder.glob("*") if len(run.name) == 12}


def statuses(program):
    return [json.loads((run / "manifest.json").read_text())["status"] for run in program.runs()]


def submit(program, *arguments):
    done = program("run", program.folder / "x.json", "--slurm", *arguments)
    found = re.search(r"submitted job (\d+): (\d+) tasks? for (\d+) runs?", done.stdout)
    assert found, done.stdout + done.stderr
    return found[1], int(found[2]), int(found[3])


def sessions(program):
    return sorted(len(json.loads((run / "manifest.json").read_text())["sessions"]) for run in program.runs())


def finish(program, cluster, job):
    cluster.wait(lambda: "PENDING" in cluster.states(), "the queue")
    asked = time.monotonic()

    def completed():
        # It waits two minutes otherwise. A start in the second of the kill is refused: "Job credential revoked".
        nonlocal asked
        if time.monotonic() > asked + 4:
            asked = time.monotonic()
            subprocess.run(["scontrol", "update", f"jobid={job}_0", "starttime=now"], capture_output=True)
        return statuses(program) == ["completed"] * 4

    cluster.wait(completed, "the runs", 200)
    cluster.wait(lambda: not cluster.states(), "the job")


def await_checkpoints(program, cluster, count):
    cluster.wait(lambda: len(list(program.folder.glob("results/toy/*/checkpoints/[1-9]*"))) >= count, "checkpoints")


def test_tasks_share_the_runs_and_the_same_command_collects_them(program, cluster):
    program.config(**SWEEP)
    assert submit(program, "--tasks", 2, "--slurm-options", "--time=10 --comment='two words'")[1:] == (2, 4)
    waiting = program("run", program.folder / "x.json", "--slurm")
    assert "is not done: " in waiting.stdout or "final train_loss" in waiting.stdout
    cluster.wait(lambda: not cluster.states(), "the job")
    collected = program("run", program.folder / "x.json", "--slurm")
    assert "final " in collected.stdout and "submitted" not in collected.stdout
    assert statuses(program) == ["completed"] * 4
    program("run", program.folder / "x.json", "--out", "here")
    assert records(program.folder / "results/toy") == records(program.folder / "here/toy")


def test_a_task_whose_time_is_nearly_up_writes_checkpoints_and_is_queued_again(program, cluster):
    program.config(**LONG, **SWEEP)
    job, *_ = submit(program)
    await_checkpoints(program, cluster, 1)
    subprocess.run(["scancel", "--signal=USR1", "--batch", f"{job}_0"], check=True)
    log = program.folder / f"results/toy/slurm/{job}_0.log"
    cluster.wait(lambda: "interrupted; " in log.read_text(), "the checkpoint")
    assert "interrupted" in statuses(program) and not (set(statuses(program)) - {"interrupted", "completed"})
    finish(program, cluster, job)
    assert sessions(program) == [1, 1, 1, 2]


def test_a_pre_empted_task_writes_checkpoints_and_goes_on_when_it_is_its_turn(program, cluster):
    program.config(**LONG, **SWEEP)
    job, *_ = submit(program)
    await_checkpoints(program, cluster, 1)
    urgent = cluster.ask("sbatch", "--parsable", "--partition=urgent", "--exclusive", "--output=/dev/null", "--wrap=true")
    log = program.folder / f"results/toy/slurm/{job}_0.log"
    cluster.wait(lambda: "interrupted; " in log.read_text(), "the checkpoint")
    cluster.wait(lambda: urgent.strip() not in cluster.ask("squeue", "--noheader", "--format=%i").split(), "the urgent job")
    finish(program, cluster, job)
    assert sessions(program) == [1, 1, 1, 2]


def test_a_cancelled_job_is_not_queued_again_and_what_is_missing_is_submitted(program, cluster):
    program.config(**LONG, **SWEEP)
    job, tasks, runs = submit(program, "--tasks", 9)
    assert (tasks, runs) == (4, 4)  # no more tasks than runs
    await_checkpoints(program, cluster, 1)
    subprocess.run(["scancel", job], check=True)
    cluster.wait(lambda: not cluster.states(), "the end of the job")
    assert "interrupted" in statuses(program)
    done = statuses(program).count("completed")
    again, _, runs = submit(program, "--tasks", 2)
    assert again != job and runs == 4 - done
    cluster.wait(lambda: not cluster.states(), "the job", 120)
    assert statuses(program) == ["completed"] * 4


def test_what_sbatch_refuses_is_told(program, cluster):
    program.config(**SWEEP)
    refused = program("run", program.folder / "x.json", "--slurm", "--slurm-options=--partition=none", expect=2)
    assert "--slurm: sbatch says: " in refused.stderr and "invalid partition" in refused.stderr


def test_without_slurm_the_command_says_so(program):
    program.config(**SWEEP)
    refused = program("run", program.folder / "x.json", "--slurm", expect=2, env={"PATH": "/nonexistent"})
    assert "there is no sbatch in PATH" in refused.stderr
    refused = program("run", program.folder / "x.json", "--slurm-task", expect=2)
    assert "SLURM_JOB_ID is not set" in refused.stderr
