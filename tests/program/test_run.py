import csv
import json
import signal
import time

import pytest

COLUMNS = ("round,epoch,lr,train_loss,validation_loss,validation_accuracy,test_loss,test_accuracy,update_norm,"
           "wrong_sign_fraction,bytes_up,bytes_down")


def rows(path):
    return list(csv.DictReader(path.open()))


def test_a_run_leaves_its_record(program):
    program("run", program.config())
    (run,) = program.runs()
    assert (run / "metrics.csv").read_text().splitlines()[0] == COLUMNS
    record = rows(run / "metrics.csv")
    assert [int(row["round"]) for row in record] == list(range(41))
    assert float(record[-1]["test_loss"]) < float(record[0]["test_loss"])
    assert record[1]["bytes_up"] == "63"  # 9 workers, 50 bits in 7 bytes
    assert record[1]["bytes_down"] == "63"
    assert record[10]["wrong_sign_fraction"] != "" and record[11]["wrong_sign_fraction"] == ""
    assert (run / "timing.csv").read_text().splitlines()[0] == "round,gradients,forge,encode,aggregate,step,evaluate"
    manifest = program.manifest()
    assert manifest["status"] == "completed" and manifest["rounds_done"] == 40
    assert manifest["heterogeneity"]["gradient_dissimilarity"] > 0
    assert json.loads((run / "config.json").read_text())["workers"]["honest"] == 6


def test_python_reads_the_weights(program):
    from safetensors.numpy import load_file
    program("run", program.config())
    (run,) = program.runs()
    weights = load_file(run / "weights.safetensors")["weights"]
    assert weights.shape == (50,) and weights.dtype == "float32"
    assert sum(w * w for w in weights.astype(float)) / 2 == pytest.approx(program.manifest()["final"]["test_loss"])


def test_a_second_start_returns_at_once(program):
    program("run", program.config())
    (run,) = program.runs()
    before = (run / "metrics.csv").stat().st_mtime_ns
    done = program("run", program.config())
    assert "done" in done.stderr
    assert (run / "metrics.csv").stat().st_mtime_ns == before


def test_more_rounds_go_on_from_the_end(program):
    program("run", program.config())
    program("run", program.config(rounds=60))
    (run,) = program.runs()
    prolonged = (run / "metrics.csv").read_bytes()
    assert len(program.manifest()["sessions"]) == 2
    program("run", program.config(rounds=60, name="whole"))
    (whole,) = program.runs("whole")
    assert prolonged == (whole / "metrics.csv").read_bytes()


def test_a_diagnostic_asked_for_later_is_replayed(program):
    program("run", program.config())
    (run,) = program.runs()
    before = (run / "metrics.csv").read_bytes()
    assert not (run / "diagnostics.csv").exists()
    done = program("check", program.config(diagnostics=["cosine_to_honest"]))
    assert "replayed" in done.stdout
    program("run", program.config(diagnostics=["cosine_to_honest"]))
    assert (run / "metrics.csv").read_bytes() == before
    assert [row["round"] for row in rows(run / "diagnostics.csv")] == ["10", "20", "30", "40"]


def test_diagnostics_by_worker_tell_liars_from_honest(program):
    program("run", program.config(diagnostics=["cosine_to_honest", "vote_margin"]))
    (run,) = program.runs()
    table = rows(run / "workers.csv")
    assert list(table[0]) == ["round", "worker", "byzantine", "cosine_to_honest", "vote_agreement"]
    assert [(row["round"], row["worker"]) for row in table] == [
        (str(round), str(worker)) for round in (10, 20, 30, 40) for worker in range(9)]
    assert [row["worker"] for row in table[:9] if row["byzantine"] == "1"] == ["6", "7", "8"]
    assert all((float(row["cosine_to_honest"]) < 0) == (row["byzantine"] == "1") for row in table[:9])
    margins = rows(run / "diagnostics.csv")
    assert list(margins[0]) == ["round", "cosine_to_honest", "vote_margin", "vote_tied"]
    assert all(0 < float(row["vote_margin"]) < 1 and float(row["vote_tied"]) == 0 for row in margins)  # nine voters


def test_fewer_rounds_than_are_held_change_nothing(program):
    program("run", program.config())
    (run,) = program.runs()
    before = [(run / name).read_bytes() for name in ("metrics.csv", "config.json", "manifest.json")]
    assert "holds 40 rounds, more than the 10 asked for" in program("run", program.config(rounds=10)).stderr
    assert before == [(run / name).read_bytes() for name in ("metrics.csv", "config.json", "manifest.json")]
    program("run", program.config(rounds=10, diagnostics=["cosine_to_honest"]))  # replayed as far as it was
    assert (run / "metrics.csv").read_bytes() == before[0]


def test_a_damaged_manifest_costs_no_record(program):
    program("run", program.config())
    (run,) = program.runs()
    before = (run / "metrics.csv").read_bytes()
    (run / "manifest.json").write_text('{"status": 5}')
    assert "manifest is damaged" in program("check", program.config()).stdout
    program("run", program.config())
    assert (run / "metrics.csv").read_bytes() == before


def test_a_failure_is_told_even_when_quiet(program):
    (program.folder / "blocked").write_text("a file, not a folder")
    assert "failed: " in program("run", program.config(), "--out", "blocked", "--quiet", expect=1).stderr


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_round_and_the_same_command_goes_on(program, stop):
    config = program.config(rounds=20000, evaluate={"every": 1000})
    process = program.start("run", config)
    deadline = time.monotonic() + 60
    while not list(program.folder.glob("results/toy/*/timing.csv")) and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.2)
    process.send_signal(stop)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 130, error
    assert "goes on from the checkpoint" in error
    manifest = program.manifest()
    assert manifest["status"] == "interrupted" and 0 < manifest["rounds_done"] < 20000
    program("run", config)
    (run,) = program.runs()
    program("run", program.config(name="whole", rounds=20000, evaluate={"every": 1000}))
    (whole,) = program.runs("whole")
    assert (run / "metrics.csv").read_bytes() == (whole / "metrics.csv").read_bytes()
    assert (run / "weights.safetensors").read_bytes() == (whole / "weights.safetensors").read_bytes()


def test_a_killed_run_loses_the_rounds_since_its_checkpoint_only(program):
    changes = {"rounds": 20000, "evaluate": {"every": 1000}, "checkpoint": {"seconds": 0.05}}
    config = program.config(**changes)
    process = program.start("run", config)
    deadline = time.monotonic() + 60
    while not list(program.folder.glob("results/toy/*/checkpoints/*")) and time.monotonic() < deadline:
        time.sleep(0.01)
    process.kill()
    process.communicate(timeout=60)
    assert "killed" in program("results", "results").stdout
    assert "was killed" in program("check", config).stdout
    program("run", config)
    (run,) = program.runs()
    program("run", program.config(**changes | {"name": "whole"}))
    (whole,) = program.runs("whole")
    assert (run / "metrics.csv").read_bytes() == (whole / "metrics.csv").read_bytes()


def test_a_run_that_is_no_longer_finite_ends_as_diverged(program):
    changes = {"compressor": "none", "aggregator": "mean", "adversary": {"name": "rescale", "factor": -1e10}}
    program("run", program.config(**changes), expect=3)
    manifest = program.manifest()
    assert manifest["status"] == "diverged" and "no longer finite" in manifest["reason"]
    (run,) = program.runs()
    assert len(rows(run / "metrics.csv")) == manifest["rounds_done"] + 1
    program("run", program.config(**changes), expect=3)  # done, and still diverged


def test_a_sweep_with_a_diverged_run_is_done(program):
    cases = {"rule": {"mean": {}, "median": {"/aggregator": "median"}}}
    done = program("run", program.config(compressor="none", aggregator="mean", sweep={"cases": cases},
                                         adversary={"name": "rescale", "factor": -1e10}))
    assert "diverged" in done.stdout
    assert len(program.runs()) == 2


def test_a_full_or_forbidden_folder_is_an_error(program):
    (program.folder / "blocked").write_text("a file, not a folder")
    done = program("run", program.config(), "--out", "blocked", expect=1)
    assert "blocked" in done.stderr
