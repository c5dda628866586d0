"""The examples and pictures of docs/: built and run as the documentation says."""
import json
import shutil

import pytest

from tree import ROOT
from test_plugin import succeeds

ONE_SEED = "--set /sweep/seeds=1"


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """threshold -> the run's folder, of the example's own config and of the two adversaries alone."""
    folder = tmp_path_factory.mktemp("examples")
    shutil.copytree(ROOT / "docs/examples/margin_attack", folder / "margin_attack")
    built = succeeds(folder, "varangian plugin build margin_attack", CXX="g++ -Wextra -Werror")
    assert built.stderr == "" and 'adversary "margin_attack"' in built.stdout
    succeeds(folder, f"varangian run margin_attack/config.json {ONE_SEED}")
    config = json.loads((folder / "margin_attack/config.json").read_text())
    assert config.pop("plugins") == ["margin_attack.so"]
    config |= {"name": "alone", "sweep": {"grid": {"/adversary": ["alie", "mimic"]}, "seeds": 1}}
    (folder / "alone.json").write_text(json.dumps(config))
    succeeds(folder, f"varangian run alone.json {ONE_SEED}")
    found = {}
    for manifest in folder.glob("results/*/*/manifest.json"):
        read = json.loads(manifest.read_text())
        assert read["status"] == "completed"
        (value,) = [value for axis, value in read["swept"].items() if axis != "seed"]
        found[value] = manifest.parent
    return found


def test_the_margin_attack_is_alie_or_mimic_at_the_ends_of_its_threshold(runs):
    metrics = {value: (run / "metrics.csv").read_bytes() for value, run in runs.items()}
    assert metrics[0] == metrics["mimic"] and metrics[1] == metrics["alie"]


def test_the_margin_attack_turns_from_mimic_to_alie_when_the_vote_gets_close(runs):
    mine, alone = ((runs[value] / "metrics.csv").read_text().splitlines() for value in (0.4, "mimic"))
    same = [one == two for one, two in zip(mine, alone, strict=True)]
    turn = same.index(False)
    # At first nearly all honest workers agree; the signs balance more and more as the gradients shrink.
    assert 10 < turn < 100 and not any(same[turn:])


def test_the_gallery_has_every_adversary_and_each_can_run(program):
    listed = {line.split()[0] for line in program("list", "adversaries").stdout.splitlines() if line.startswith("  ")}
    config = json.loads((ROOT / "configs/gallery.json").read_text())
    cases = config["sweep"]["cases"]
    # A process is whatever program the user names.
    assert set(cases["adversary"]) == listed - {"process", "omniscient_process"} | {"none"}
    count = len(cases["adversary"]) * len(cases["rule"]) * config["sweep"]["seeds"]
    assert f"{count} runs, {count} would start" in program("check", ROOT / "configs/gallery.json").stdout
