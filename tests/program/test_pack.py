"""One archive of a sweep that others can check: what is in it, what verify finds, what it refuses."""
import hashlib
import json
import os
import shutil
import socket
import subprocess

import pytest

from packs import SWEEP, Unpacked
from tree import BUILD

ANOTHER = "AVX7"  # no such kind of CPU: bytes may differ there


def last_loss(run):
    header, *rows = [line.split(",") for line in (run / "metrics.csv").read_text().splitlines()]
    return rows[-1][header.index("test_loss")]


def test_a_pack_is_verified_to_the_byte(packed):
    done = packed("verify", "toy.tar.gz", "--sample", 100)
    assert done.stdout.count("fine       toy/") == 6 and done.stdout.count(": same bytes\n") == 6
    assert "6 runs, 6 run again" in done.stdout and "all fine" in done.stdout
    assert packed("verify", "toy.tar.gz", "--sample", 2, "--seed", 9).stdout == packed(
        "verify", "toy.tar.gz", "--sample", 2, "--seed", 9).stdout


def test_verify_leaves_nothing_behind(packed, tmp_path, monkeypatch):
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    before = sorted(packed.folder.rglob("*"))
    packed("verify", "toy.tar.gz")
    packed("pack", "results/toy")
    assert sorted(packed.folder.rglob("*")) == before


def test_a_pack_holds_what_a_reviewer_needs_and_is_the_same_every_time(packed):
    first = (packed.folder / "toy.tar.gz").read_bytes()
    os.utime(packed.runs()[0] / "metrics.csv", (0, 0))
    packed("pack", "results/toy", "--output", "again.tar.gz")
    assert (packed.folder / "again.tar.gz").read_bytes() == first
    pack = Unpacked(packed)
    assert sorted({path.name for path in pack.files()}) == [
        "README.txt", "SHA256SUMS", "config.json", "manifest.json", "metrics.csv", "pack.json"]
    for run in pack.runs:
        assert (run / "metrics.csv").read_bytes() == (packed.folder / "results/toy" / run.name / "metrics.csv").read_bytes()
    subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=pack.root, check=True)


@pytest.mark.parametrize("file", ["metrics.csv", "config.json", "manifest.json"])
def test_a_changed_file_is_found_without_running_anything(packed, file):
    pack = Unpacked(packed)
    pack.change(pack.runs[2] / file, "0.0", "0.1")
    done = packed("verify", pack.pack(), "--sample", 0, expect=1)
    name = pack.runs[2].relative_to(pack.root / "runs")
    assert f"DIFFERENT  {name}" in done.stdout and f"runs/{name}/{file} is not what was packed" in done.stdout
    assert "1 different" in done.stdout


def test_added_and_missing_files_are_found(packed):
    pack = Unpacked(packed)
    (pack.root / "more.txt").write_text("more")
    os.remove(pack.root / "README.txt")
    done = packed("verify", pack.pack(), "--sample", 0, expect=1)
    assert "DIFFERENT  README.txt is missing" in done.stdout and "DIFFERENT  more.txt was added to the pack" in done.stdout


def forged_metrics(pack):
    rows = (pack.runs[1] / "metrics.csv").read_text().splitlines(True)
    cells = rows[7].split(",")
    cells[3] = "0.125"  # train_loss of round 6
    rows[7] = ",".join(cells)
    (pack.runs[1] / "metrics.csv").write_text("".join(rows))
    return "metrics.csv: round 6, train_loss: 0.125 in the pack, "


def forged_end(pack):
    value = last_loss(pack.runs[1])
    pack.change_manifest(pack.runs[1], final=json.loads((pack.runs[1] / "manifest.json").read_text())["final"] | {"test_loss": 0})
    return f"its manifest ends with test_loss 0, its metrics.csv with {value}"


def forged_config(pack):
    pack.change(pack.runs[1] / "config.json", '"lr": 0.01', '"lr": 0.02')
    return "its config is not what its manifest names: /config/optimizer/lr"


def forged_identity(pack):
    pack.change(pack.runs[1] / "manifest.json", '"lr": 0.01', '"lr": 0.02')
    return "its id is not that of what its manifest says it was"


def forged_status(pack):
    pack.change_manifest(pack.runs[1], status="diverged")
    return '"diverged" in the pack, "completed" here'


@pytest.mark.parametrize("forge", [forged_metrics, forged_end, forged_config, forged_identity, forged_status])
def test_a_forgery_whose_sums_fit_is_found(packed, forge):
    pack = Unpacked(packed)
    message = forge(pack)
    pack.sum_up()
    done = packed("verify", pack.pack(), "--sample", 100, expect=1)
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("DIFFERENT")]
    assert pack.runs[1].name in line and message in line


@pytest.mark.parametrize("factor, fine", [(1, True), (1.0005, True), (3, False)])
def test_on_another_kind_of_machine_final_values_lie_in_the_band_of_seeds(packed, factor, fine):
    pack = Unpacked(packed)
    for run in pack.runs:
        pack.change_manifest(run, cpu=ANOTHER)
    value = last_loss(pack.runs[1])
    changed = repr(float(value) * factor) if factor != 1 else value
    for file in ("metrics.csv", "manifest.json"):
        pack.change(pack.runs[1] / file, value, changed)
    pack.sum_up()
    done = packed("verify", pack.pack(), "--sample", 100, expect=0 if fine else 1)
    (line,) = [line for line in done.stdout.splitlines() if pack.runs[1].name in line]
    assert line.startswith("fine" if fine else "DIFFERENT") and "3 deviations of 3 seeds" in line and ANOTHER in line


@pytest.mark.parametrize("factor, fine", [(1.04, True), (1.06, False)])
def test_one_seed_has_the_tolerance_as_its_band(program, factor, fine):
    program("run", program.config())
    program("pack", "results/toy")
    pack = Unpacked(program)
    value = last_loss(pack.runs[0])
    pack.change_manifest(pack.runs[0], cpu=ANOTHER)
    for file in ("metrics.csv", "manifest.json"):
        pack.change(pack.runs[0] / file, value, repr(float(value) * factor))
    pack.sum_up()
    done = program("verify", pack.pack(), expect=0 if fine else 1)
    assert "5 % of it" in done.stdout
    assert "all fine" in program("verify", "forged.tar.gz", "--tolerance", 0.1).stdout


def test_a_prolonged_run_and_one_with_diagnostics_are_verified(program):
    changes = {"diagnostics": ["cosine_to_honest"], "evaluate": {"every": 15}}
    program("run", program.config(**changes))
    program("run", program.config(**changes, rounds=60))
    program("pack", "results/toy")
    assert "same numbers; it was prolonged" in program("verify", "toy.tar.gz").stdout
    pack = Unpacked(program)
    assert {"diagnostics.csv", "workers.csv"} < {path.name for path in pack.files()}
    rows = (pack.runs[0] / "diagnostics.csv").read_text().splitlines(True)
    (pack.runs[0] / "diagnostics.csv").write_text("".join(rows[:1] + rows[2:]))
    pack.sum_up()
    done = program("verify", pack.pack(), expect=1)
    assert "diagnostics.csv: round 30, round: 30 in the pack, 15 here" in done.stdout


def test_a_diverged_run_is_verified_and_one_that_is_not_done_left_out(program):
    program("run", program.config(aggregator="mean", compressor="none", optimizer={"name": "sgd", "lr": 1e30}), expect=3)
    program("run", program.config(name="good"))
    (run,) = program.runs("good")
    manifest = json.loads((run / "manifest.json").read_text())
    (run / "manifest.json").write_text(json.dumps(manifest | {"status": "failed"}))
    done = program("pack", "results", "--output", "p.tar.gz")
    assert "left out: results/good" in done.stderr and "1 run," in done.stdout
    assert "same bytes" in program("verify", "p.tar.gz").stdout
    assert "no run below it is done" in program("pack", "results/good", expect=2).stderr


def test_an_anonymous_pack_tells_nobody(program, monkeypatch):
    monkeypatch.setenv("HOME", str(program.folder))
    program("run", program.config(**SWEEP, output=str(program.folder / "results")))
    program("pack", "results/toy", "--output", "named.tar.gz")
    names = [socket.gethostname(), str(program.folder)]
    assert all(any(name in path.read_text() for path in Unpacked(program, "named.tar.gz").files()) for name in names)
    done = program("pack", "results/toy", "--anonymous")
    assert "still says" not in done.stderr
    for path in Unpacked(program).files():
        assert not any(name in path.read_text() for name in names), path
    assert "all fine" in program("verify", "toy.tar.gz").stdout


def test_scripts_go_along_and_run_only_when_they_are_trusted(program, write):
    rule = write("varangian_plugin.serve_aggregator(lambda view: np.median(view.rows, axis=0))\n", "my_rule.py")
    program("run", program.config(compressor="none", aggregator=rule))
    program("pack", "results/toy")
    pack = Unpacked(program)
    (script,) = pack.root.glob("files/*/my_rule.py")
    assert script.read_bytes() == (program.folder / "my_rule.py").read_bytes()
    (program.folder / "my_rule.py").unlink()  # a reviewer has only the pack
    done = program("verify", "toy.tar.gz", expect=1)
    assert "could not be run: it starts programs or loads models of the pack's author: look at files/, then --trust" in done.stdout
    assert "fine" in program("verify", "toy.tar.gz", "--trust").stdout


def test_a_library_is_built_anew_by_who_verifies(program):
    library = program.folder / "example_plugin.so"
    shutil.copy(BUILD / "tests/example_plugin.so", library)
    (program.folder / "example_plugin.cpp").write_text("// its source\n")
    program("run", program.config(adversary="reversed", plugins=["example_plugin.so"]))
    program("pack", "results/toy")
    pack = Unpacked(program)
    assert [path.read_text() for path in pack.root.glob("files/*/*")] == ["// its source\n"]
    assert hashlib.sha256(library.read_bytes()).hexdigest() in (pack.root / "README.txt").read_text()
    assert "it needs the library" in program("verify", "toy.tar.gz", expect=1).stdout
    assert "all fine" in program("verify", "toy.tar.gz", "--plugin", library).stdout


def test_a_pack_cannot_write_lines_of_its_own(packed):
    pack = Unpacked(packed)
    pack.change_manifest(pack.runs[0], swept={"a": "\nfine       toy/another"})
    pack.change(pack.runs[1] / "metrics.csv", "0.0", "0.1")
    pack.sum_up()
    done = packed("verify", pack.pack(), "--sample", 6, expect=1)
    lines = [line for line in (done.stdout + done.stderr).splitlines() if "toy/another" in line]
    assert lines and not [line for line in lines if line.startswith("fine       toy/another")]


def test_a_run_that_does_not_fit_is_not_announced(packed):
    done = packed("verify", "toy.tar.gz", "--sample", 1, "--set", "/task/dataset/dimension=1e9", "--set", "/workers/count=9999",
                  expect=1)
    assert "could not be run: " in done.stdout and "verified" not in done.stderr and "warning" not in done.stderr


def test_a_manifest_without_status_spoils_its_own_run_alone(packed):
    pack = Unpacked(packed)
    for run in pack.runs:
        pack.change_manifest(run, cpu=ANOTHER)
    manifest = json.loads((pack.runs[0] / "manifest.json").read_text())
    del manifest["status"]
    (pack.runs[0] / "manifest.json").write_text(json.dumps(manifest))
    pack.sum_up()
    done = packed("verify", pack.pack(), "--sample", 6, expect=1)
    assert done.stdout.count("DIFFERENT") == 1 and 'manifest.json: no text "status"' in done.stdout
    assert done.stdout.count("fine ") == 5


@pytest.mark.parametrize("option", ["--sample", "--seed"])
def test_what_is_chosen_is_not_negative(packed, option):
    assert f"{option}: want 0 or more" in packed("verify", "toy.tar.gz", option, "-1", expect=2).stderr


def test_a_run_that_is_there_twice_and_a_manifest_of_another_program_are_told(packed):
    run = packed.runs()[0]
    shutil.copytree(run, packed.folder / "both/a" / run.name)
    shutil.copytree(run, packed.folder / "both/b" / run.name)
    error = packed("pack", "both", expect=2).stderr
    assert f"both/a/{run.name} and " in error and f"both/b/{run.name} are one run" in error
    for path in (packed.folder / "both").glob("*/*/manifest.json"):
        path.write_text(json.dumps({key: value for key, value in json.loads(path.read_text()).items() if key != "identity"}))
    assert 'manifest.json: has no "identity"' in packed("pack", "both", expect=2).stderr


@pytest.mark.parametrize("manifest", ["", "[]", "{}", '{"run_id": 5, "identity": {}}', '{"run_id": "\\u001b[31m", "identity": {}}'])
def test_a_damaged_manifest_in_a_pack_is_told(packed, manifest):
    pack = Unpacked(packed)
    (pack.runs[0] / "manifest.json").write_text(manifest)
    pack.sum_up()
    done = packed("verify", pack.pack(), "--sample", 1, expect=1)
    assert f"DIFFERENT  toy/{pack.runs[0].name}" in done.stdout and "\x1b" not in done.stdout
