"""Time limits of runs, and what is kept on disk."""
import json
import os
import re
import shutil

import pytest

from sweeps import LONG, SWEEP, await_checkpoints, manifests, records

WIDE = {"task": {"dataset": {"name": "quadratic", "dimension": 100000}}, "rounds": 5,
        "checkpoint": {"seconds": 0}}  # two checkpoints are kept
LATE = "took longer than the 0.2 s that /execution/time_limit allows; it stopped in round "


def limited(program, seconds, **changes):
    """A sweep of a short run and one that takes seconds."""
    sweep = {"sweep": {"cases": {"run": {"short": {"/rounds": 20}, "long": {"/rounds": 200000, "/seed": 7}}}}}
    return program.config(evaluate={"every": 10000}, execution={"time_limit": seconds}, **sweep | changes)


def test_a_run_that_takes_too_long_stops_at_a_checkpoint_and_the_others_go_on(program):
    done = program("run", limited(program, 0.2), "--jobs", 1, expect=1)
    assert "long: failed: " + LATE in done.stderr and "1 failed" in done.stderr
    states = {manifest["swept"]["run"]: manifest for manifest in manifests(program)}
    assert states["short"]["status"] == "completed"
    late = states["long"]
    assert late["status"] == "failed" and late["reason"] == LATE + f"{late['rounds_done']} with a checkpoint"
    assert (program.folder / "results/toy" / late["run_id"] / f"checkpoints/{late['rounds_done']}.safetensors").exists()


def test_a_late_run_goes_on_when_asked_to_or_under_a_larger_limit(program):
    def rounds():
        return next(manifest["rounds_done"] for manifest in manifests(program) if manifest["swept"]["run"] == "long")

    program("run", limited(program, 0.2), "--jobs", 1, expect=1)
    first = rounds()
    assert "failed before: took longer" in program("run", limited(program, 0.2), expect=1).stderr and rounds() == first
    program("run", limited(program, 0.2), "--retry-failed", expect=1)
    second = rounds()
    assert second > first
    assert f"ran out of time in round {second}, and may take 0.4 s now: goes on" in program(
        "check", limited(program, 0.4)).stdout
    program("run", limited(program, 0.4), expect=1)
    assert rounds() > second


def test_a_limit_changes_no_byte_of_a_run(program):
    changes = {"rounds": 5000, "evaluate": {"every": 1000}}
    program("run", program.config(**changes))
    limit = program.manifest()["sessions"][0]["seconds"] / 5
    starts = 0
    late = program.config(**changes, name="limited", execution={"time_limit": limit})
    while program("run", late, expect=None).returncode:
        starts += 1
        assert starts < 100
    assert starts >= 2 and records(program) == records(program, "limited")


def bytes_below(folder):
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("changes", [
    {"rounds": 3000},
    WIDE,
    WIDE | {"optimizer": {"name": "adam"}, "workers": {"count": 9, "byzantine": 3, "momentum": {"beta": 0.9}},
            "compressor": {"up": {"name": "sign", "error_feedback": {}}}},
    {"rounds": 2000, "evaluate": {"every": 1}, "diagnostics": ["cosine_to_honest"]},
])
def test_check_knows_what_a_run_will_take_on_disk(program, changes):
    config = program.config(**changes)
    number, unit = re.search(r"1 would start, with about ([\d.]+) (B|kB|MB) on disk", program("check", config).stdout).groups()
    program("run", config)
    (run,) = program.runs()
    logs = sum((run / name).stat().st_size for name in ("run.log", "manifest.json", "config.json"))
    assert bytes_below(run) - logs == pytest.approx(float(number) * {"B": 1, "kB": 1e3, "MB": 1e6}[unit], rel=0.2)


def test_check_warns_where_the_runs_do_not_fit_on_the_disk(program):
    assert "warning" not in program("check", program.config()).stderr
    config = program.config(rounds=4 * 10**9, sweep={"grid": {"/seed": list(range(1, 100))}})
    assert "warning: /output: results has room for" in program("check", config).stderr


def test_clean_lists_first_and_removes_only_what_can_be_made_again(program):
    program("run", program.config(sweep=SWEEP["sweep"]), "--jobs", 2)
    first, second, third, fourth = program.runs()
    (second / "metrics.csv.old").write_text("round\n")
    (second / "checkpoints/9.safetensors.new").write_text("half")
    (second / "notes.txt").write_text("mine")
    os.remove(third / "weights.safetensors")  # its checkpoint has the weights
    (fourth / "checkpoints/elsewhere.safetensors").symlink_to(first / "weights.safetensors")
    before = {path: path.read_bytes() for path in program.folder.rglob("*") if path.is_file()}
    listed = program("clean", "results").stdout
    assert " of checkpoints\n" in listed and " of checkpoints, csv set aside, half-written files\n" in listed
    assert "3 runs can be made again; --yes removes them" in listed
    assert before == {path: path.read_bytes() for path in program.folder.rglob("*") if path.is_file()}

    removed = program("clean", "results", "--yes").stdout
    assert listed.splitlines()[:-1] == removed.splitlines()[:-1] and "3 runs removed" in removed
    gone = set(before) - set(program.folder.rglob("*"))
    assert {path.relative_to(program.folder / "results/toy").as_posix().split("/", 1)[1] for path in gone} == {
        "checkpoints/40.safetensors", "metrics.csv.old", "checkpoints/9.safetensors.new"}
    assert len(gone) == 5 and (third / "checkpoints/40.safetensors").exists()
    assert "0 B of 0 runs" in program("clean", "results").stdout

    program("run", program.config(sweep=SWEEP["sweep"], rounds=60))  # anew, to the same bytes
    program("run", program.config(sweep=SWEEP["sweep"], rounds=60, name="whole"))
    assert records(program) == records(program, "whole")


def test_clean_leaves_alone_what_a_process_works_on_and_what_may_go_on(program):
    config = program.config(**LONG | {"rounds": 200000})
    process = program.start("run", config)
    await_checkpoints(program, process, 1)
    (run,) = program.runs()
    assert "1 that a process works on: left alone" in program("clean", "results", "--runs", "killed", "--yes").stdout
    process.kill()
    process.communicate()
    checkpoints = list((run / "checkpoints").glob("*.safetensors"))
    program("clean", "results", "--runs", "failed", "--yes")
    assert checkpoints and list((run / "checkpoints").glob("*.safetensors")) == checkpoints
    assert "killed: " in program("clean", "results", "--runs", "failed,killed").stdout and run.exists()
    program("clean", "results", "--runs", "failed,killed", "--yes")
    assert not run.exists() and run.parent.exists()


def test_clean_passes_over_what_is_damaged(program):
    program("run", program.config())
    (run,) = program.runs()
    (run / "manifest.json").write_text("{")
    assert "passed over" in program("clean", "results", "--yes").stderr
    assert (run / "checkpoints/40.safetensors").exists()
    assert "there is no such folder" in program("clean", "nowhere", expect=2).stderr
    shutil.rmtree(run)
    assert "0 B of 0 runs" in program("clean", "results").stdout
