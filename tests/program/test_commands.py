import csv
import io
import json
import re

import jsonschema
import pytest

from tree import BUILD, ROOT

COMMANDS = ["run", "check", "list", "describe", "schema", "results", "compare", "clean", "pack", "verify"]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(program, command):
    assert f"Example: varangian {command}" in program(command, "--help").stdout


def test_every_mistake_of_a_file_is_told_at_once(program):
    config = program.config(aggregator="medain", wokers={}, rounds="ten")
    error = program("run", config, expect=2).stderr
    assert f"{config}: /wokers: unknown key; did you mean \"workers\"?" in error
    assert f"{config}: /rounds: \"ten\" is not a whole number" in error
    assert f"{config}: /aggregator/name: unknown aggregator \"medain\"; did you mean \"median\"?" in error


@pytest.mark.parametrize("arguments, message", [
    (["run"], "config is required"),
    (["run", "nowhere.json"], "nowhere.json: cannot be read"),
    (["run", "x.json", "--set", "rounds"], "write it like --set"),
    (["run", "x.json", "--set", "/rouns=3"], "/rouns: unknown key; did you mean \"rounds\"?"),
    (["run", "x.json", "--device", "cuda"], "device \"cuda\":"),
    (["run", "x.json", "--plugin", "nowhere.so"], "nowhere.so: plugin cannot be read"),
    (["run", "x.json", "--plugin", BUILD / "tests/no_plugin.so"], "not a Varangian plugin"),
    (["run", "x.json", "--plugin", BUILD / "tests/old_plugin.so"], "plugin was compiled for SDK 0, LibTorch 1.0.0"),
    (["describe", "medain"], "unknown component \"medain\"; did you mean \"median\"?"),
    (["list", "adversry"], "unknown kind \"adversry\"; did you mean \"adversary\"?"),
    (["results", "nowhere"], "nowhere: there is no such folder"),
    (["fly"], ""),
])
def test_bad_usage_is_told_and_exits_with_2(program, arguments, message):
    program.config()
    done = program(*arguments, expect=2)
    assert message in done.stderr + done.stdout


def test_a_missing_dataset_is_told_with_how_to_get_it(program):
    config = program.config(task={"dataset": {"name": "mnist", "path": "nowhere"}, "model": "mlp"}, compressor="none",
                            aggregator="mean")
    assert "nowhere" in program("run", config, expect=2).stderr


def test_check_says_what_would_run_and_runs_nothing(program):
    done = program("check", program.config())
    assert '"lr": 0.01' in done.stdout and "run: new" in done.stdout and "1 run, 1 would start" in done.stdout
    assert "63 B up, 63 B down" in done.stdout
    assert not (program.folder / "results").exists()
    program("run", program.config())
    assert "done" in program("check", program.config()).stdout
    changed = program.config(seed=5)
    assert "config changed" in program("check", changed).stdout


def test_results_come_as_table_csv_and_json(program):
    program("run", program.config(sweep={"grid": {"/workers/byzantine": [0, 3]}}))
    assert "/workers/byzantine" in program("results", "results").stdout
    table = list(csv.DictReader(io.StringIO(program("results", "results", "--format", "csv").stdout)))
    assert sorted(row["/workers/byzantine"] for row in table) == ["0", "3"]
    assert {row["status"] for row in table} == {"completed"}
    runs = json.loads(program("results", "results", "--format", "json").stdout)
    assert all(run["final"]["test_loss"] > 0 for run in runs)


def test_csv_results_keep_every_digit_and_blocks_are_not_mixed(program):
    sweep = [{"grid": {"/optimizer/lr": [0.10001, 0.10002]}}, {"grid": {"/seed": [1, 2]}}]
    done = program("run", program.config(sweep=sweep))
    assert "0.10001" in done.stdout and "0.10002" in done.stdout
    table = list(csv.DictReader(io.StringIO(program("results", "results", "--format", "csv").stdout)))
    assert sorted(row["/optimizer/lr"] for row in table) == ["", "", "0.10001", "0.10002"]
    runs = json.loads(program("results", "results", "--format", "json").stdout)
    assert {row["test_loss"] for row in table} == {repr(run["final"]["test_loss"]) for run in runs}


def test_a_plugin_is_an_adversary_like_any_other(program):
    plugin = BUILD / "tests/example_plugin.so"
    assert "reversed" in program("list", "adversary", "--plugin", plugin).stdout
    config = program.config(adversary={"name": "reversed", "scale": 2}, plugins=[str(plugin)])
    program("run", config)
    assert program.manifest()["status"] == "completed"
    assert list(program.manifest()["identity"]["files"]) == ["0 example_plugin.so"]
    program("run", program.config(adversary="reversed"), "--plugin", plugin)
    assert len(program.runs()) == 2  # another scale is another run


def test_the_schema_accepts_every_config_and_refuses_mistakes(program):
    schema = json.loads(program("schema").stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    configs = sorted((ROOT / "configs").rglob("*.json"))
    assert configs
    for config in configs:
        without_comments = re.sub(r"^\s*//.*$", "", config.read_text(), flags=re.MULTILINE)
        jsonschema.validate(json.loads(without_comments), schema)
    valid = json.loads(program.config().read_text())
    jsonschema.validate(valid, schema)
    jsonschema.validate(valid | {"sweep": {"select": {"over": ["rule"], "metric": "validation_loss"}}}, schema)
    jsonschema.validate(valid | {"search": {"adversary": {"candidates": ["zero", {"name": "ipm", "factor": [1, 2]}]}}}, schema)
    for wrong in [{"rounds": "ten"}, {"wokers": {}}, {"aggregator": "medain"}, {"optimizer": {"name": "sgd", "lr": -1}},
                  {"workers": {"count": 9, "byzantine": 3, "which": "lst"}}, {"seed": -1},
                  {"sweep": {"select": {"over": ["rule"], "metric": "test_loss"}}}, {"search": {"adversary": {"candidates": []}}}]:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(valid | wrong, schema)


def test_every_config_of_ours_is_valid(program):
    for config in sorted((ROOT / "configs").rglob("*.json")):
        program("check", config)


def test_every_component_can_be_described(program):
    names = [line.split()[0] for line in program("list").stdout.splitlines() if line.startswith("  ") and line[2] != " "]
    assert len(names) > 30
    said = program("describe", *names).stdout
    assert all(re.search(rf"^{name} \(\w+\)$", said, re.M) for name in names)
