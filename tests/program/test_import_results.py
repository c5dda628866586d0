"""ByzFL's results, taken over, and beside them what we learn from the same config: docs/byzfl.md."""
import json
import shutil

import pytest

from byzfl.sample import FOLDER, RESULTS, manifests, rows


def test_results_become_runs_with_byzfls_numbers(program):
    done = program("import", "byzfl-results", RESULTS, "--name", "old")
    assert "16 runs imported to results/old" in done.stderr and "warning" not in done.stderr
    runs = manifests(program.folder / "results/old")
    assert len(runs) == 16
    for run in runs:
        origin = run["imported"]
        assert origin["format"] == "byzfl" and origin["not_translated"] == [] and run["status"] == "completed"
        assert set(run["swept"]) == {"/workers/byzantine", "/workers/partition/gamma", "aggregator", "seed"}
        files = f"tr_seed_{origin['training_seed']}_dd_seed_{origin['data_distribution_seed']}.txt"
        setting = RESULTS / origin["from"].rsplit("/", 1)[1]
        record = rows(program.folder / "results/old" / run["run_id"] / "metrics.csv")
        assert [int(row["round"]) for row in record] == list(range(13))
        for column, theirs in {"train_loss": "train_loss", "validation_accuracy": "val_accuracy",
                               "test_accuracy": "test_accuracy"}.items():
            wanted = [float(value) for value in (setting / f"{theirs}_{files}").read_text().split(",")]
            assert [float(row[column]) for row in record if row[column]] == wanted
        assert [int(row["round"]) for row in record if row["test_accuracy"]] == [0, 5, 10, 12]
        assert float(record[-1]["test_accuracy"]) == run["final"]["test_accuracy"]
    shown = json.loads(program("results", "results/old", "--format", "json").stdout)
    assert len(shown) == 16 and {run["status"] for run in shown} == {"completed"}
    again = program("import", "byzfl-results", RESULTS, "--name", "old").stderr
    assert "0 runs imported to results/old, 16 were there already" in again


def test_old_and_new_runs_stand_on_the_same_axes_and_curves(program, few_images):
    """Ours from the same config, on the same 600 images, learns what ByzFL learnt."""
    program("import", "byzfl-results", RESULTS, "--name", "old")
    program("import", "byzfl", FOLDER / "config.json", "--output", "new.json")
    program("run", "new.json")
    old, new = manifests(program.folder / "results/old"), manifests(program.folder / "results/byzfl")
    def points(runs):
        return {json.dumps(run["swept"], sort_keys=True) for run in runs}
    assert points(new) == points(old) and len(new) == 16
    for key, value in (("/workers/byzantine", 1), ("/workers/byzantine", 2), ("aggregator", "krum"),
                       ("aggregator", "trimmed_mean")):
        def mean(runs, column):
            found = [run["final"][column] for run in runs if run["swept"][key] == value]
            return sum(found) / len(found)
        assert mean(new, "train_loss") == pytest.approx(mean(old, "train_loss"), abs=0.1)


def test_imported_runs_are_drawn(program, capsys):
    pytest.importorskip("pandas")
    from analysis.__main__ import main
    program("import", "byzfl-results", RESULTS, "--name", "old")
    assert main(["curves", str(program.folder / "results/old")]) == 0
    assert "warning" not in capsys.readouterr().err
    assert (program.folder / "results/old/curves.svg").stat().st_size > 1000


@pytest.fixture
def one_setting(program):
    """A copy of one setting's folder, with two runs."""
    source = sorted(RESULTS.glob("fashionmnist*TrMean*"))[0]
    folder = program.folder / "theirs" / source.name
    shutil.copytree(source, folder)
    return folder


def warned(program, expect=0):
    return program("import", "byzfl-results", "theirs", expect=expect).stderr


@pytest.mark.parametrize("content, said", [
    (b"0.1,zero\n", "value 2 is not a number"), (b"", "is empty"), (b"0.1,0.2,0.3", "its line is cut"),
    (b"0.1,0.2\n",
     "2 values of test_accuracy, and its config.json (nb_steps 12, evaluation_delta 5) means 4: another config"),
    (b"\xff\xfe\x00", "value 1 is not a number"),
])
def test_a_damaged_file_costs_its_run_alone(program, one_setting, content, said):
    (one_setting / "test_accuracy_tr_seed_3_dd_seed_5.txt").write_bytes(content)
    text = warned(program)
    assert said in text and "tr_seed_3_dd_seed_5" in text and "1 run imported" in text
    assert [run["imported"]["training_seed"] for run in manifests(program.folder / "results/byzfl")] == [4]


@pytest.mark.parametrize("content, said", [
    ("{", "not JSON"), ("[]", "not a config of ByzFL's benchmark"),
    ('{"benchmark_config": {"nb_steps": "x"}}', "not a whole number"),
    ('{"benchmark_config": {}, "evaluation_and_results": 3}', "not a config of ByzFL's benchmark"),
    (None, "cannot be read"),
])
def test_a_damaged_config_is_named(program, one_setting, content, said):
    config = one_setting / "config.json"
    config.unlink() if content is None else config.write_text(content)
    text = warned(program, expect=2)
    assert said in text and str(config.relative_to(program.folder)) in text and "no run of ByzFL" in text


def test_an_unfinished_run_is_imported_as_far_as_it_came(program, one_setting):
    for name in ("train_time", "train_loss"):
        (one_setting / f"{name}_tr_seed_3_dd_seed_5.txt").unlink()
    for name in ("val", "test"):
        path = one_setting / f"{name}_accuracy_tr_seed_3_dd_seed_5.txt"
        path.write_text(",".join(path.read_text().split(",")[:2]) + "\n")
    warned(program)
    (run,) = [run for run in manifests(program.folder / "results/byzfl") if run["swept"]["seed"] == "3"]
    assert run["status"] == "interrupted" and run["rounds_done"] == 5
    record = rows(program.folder / "results/byzfl" / run["run_id"] / "metrics.csv")
    assert [row["round"] for row in record] == ["0", "5"]


def test_numbers_that_are_none_stay_so(program, one_setting):
    path = one_setting / "train_loss_tr_seed_3_dd_seed_5.txt"
    path.write_text(",".join(path.read_text().strip().split(",")[:10] + ["nan", "inf"]) + "\n")
    assert "warning" not in warned(program)
    (run,) = [run for run in manifests(program.folder / "results/byzfl") if run["swept"]["seed"] == "3"]
    record = rows(program.folder / "results/byzfl" / run["run_id"] / "metrics.csv")
    assert [row["train_loss"] for row in record[-2:]] == ["nan", "inf"] and run["final"]["train_loss"] is None


def test_collisions_are_flagged_and_nothing_is_overwritten(program, one_setting):
    twin = one_setting.parent / one_setting.name.replace("lr_0.2_", "lr_0.20_")
    shutil.copytree(one_setting, twin)
    text = warned(program)
    assert "2 runs imported" in text and "has the settings and seeds of" in text and twin.name in text
    shutil.rmtree(twin)
    before = [(path, path.read_bytes()) for path in sorted((program.folder / "results").rglob("*.csv"))]
    path = one_setting / "train_loss_tr_seed_3_dd_seed_5.txt"
    path.write_text(path.read_text().replace("2.", "3.", 1))
    text = warned(program)
    assert "has changed or is another; left out" in text and "0 runs imported" in text
    assert "1 were there already" in text
    assert [(path, path.read_bytes()) for path, _ in before] == before


def test_curves_outlive_what_cannot_be_translated(program, one_setting):
    config = json.loads((one_setting / "config.json").read_text())
    config["aggregator"]["name"] = "MyOwnRule"
    config["model"]["name"] = "ResNet18"
    (one_setting / "config.json").write_text(json.dumps(config))
    text = warned(program)
    assert 'unknown aggregator "MyOwnRule"' in text and "its curves are imported all the same" in text
    runs = manifests(program.folder / "results/byzfl")
    assert len(runs) == 2 and len(runs[0]["imported"]["not_translated"]) == 2
    assert runs[0]["imported"]["settings"]["aggregator"]["name"] == "MyOwnRule"


def test_a_folder_without_byzfls_runs_says_so(program):
    (program.folder / "empty").mkdir()
    assert "empty: no run of ByzFL" in program("import", "byzfl-results", "empty", expect=2).stderr
    assert "there is no such folder" in program("import", "byzfl-results", "nowhere", expect=2).stderr
    assert "the name of one folder" in program("import", "byzfl-results", RESULTS, "--name", "a/b", expect=2).stderr
