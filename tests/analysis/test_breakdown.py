"""The command breakdown: where a line falls, what a rule survives, and what is refused."""

import itertools
import json

import pandas as pd
import pytest

from analysis import plot_breakdown
from analysis.__main__ import main
from pictures import texts

# By number of liars; half of the clean accuracy is 0.4, 0.35 and 0.3.
RULES = {"mean": (0.8, 0.3, 0.1, 0.1), "median": (0.7, 0.65, 0.6, 0.2), "vote": (0.6, 0.6, 0.5, 0.5)}


@pytest.fixture
def liars(write_run, tmp_path):
    for (rule, values), adversary, seed in itertools.product(RULES.items(), ("flip", "zero"), range(2)):
        for count, value in zip((0, 2, 4, 6), values):
            rows = {0: {"test_accuracy": 0.1}, 5: {"test_accuracy": value + 0.02 * seed}}
            path = write_run(f"{rule}{adversary}{count}{seed}", rows, {
                "rule": rule, "/workers/byzantine": count, "adversary": adversary, "seed": seed})
            (path / "manifest.json").write_text((path / "manifest.json").read_text().replace(
                '"task"', '"workers": {"count": 20}, "task"'))
    return tmp_path / "made"


def survived(folder, *options):
    assert main(["breakdown", str(folder), *options]) == 0
    table = pd.read_csv(folder / "breakdown-points.csv")
    return {rule: tuple(part.iloc[0][["byzantine workers survived", "first broken"]])
            for rule, part in table.groupby("rule")}


def test_the_largest_number_that_each_rule_survives(liars, capsys):
    found = survived(liars)
    assert found["mean"] == (0, 2) and found["median"] == (4, 6) and found["vote"][0] == 6
    assert pd.isna(found["vote"][1])
    names = [f"breakdown{part}" for part in (".png", ".svg", ".pdf", "-points.png", "-points.svg", "-points.pdf",
                                             "-points.csv")]
    assert capsys.readouterr().out.splitlines() == [str(liars / name) for name in names]


def test_another_share_of_the_clean_accuracy(liars):
    assert survived(liars, "--below", "0.9")["vote"] == (2, 4)


def test_the_pictures_say_what_they_are(liars):
    survived(liars)
    said = texts((liars / "breakdown.svg").read_text())
    assert {"Byzantine workers", "adversary: flip", "median", "vote"} <= set(said)
    assert "×: first below 50% of the test accuracy at 0 byzantine workers." in " ".join(said)
    said = texts((liars / "breakdown-points.svg").read_text())
    assert {"6 +", "4", "0"} <= set(said) and "+: no larger one was run." in " ".join(said)


def test_a_cross_where_a_line_falls(liars):
    axes = plot_breakdown(liars)
    crosses = sorted(line.get_xdata()[0] for line in axes[0].lines if line.get_marker() == "x")
    assert crosses == [2, 6] and len(axes) == 3


def test_liars_as_a_share_of_all_workers(liars):
    axes = plot_breakdown(liars, share=True)
    assert axes[0].get_xlim()[1] == pytest.approx(0.3)


def test_lines_without_a_clean_value_are_left_out_and_named(liars, tmp_path, warnings):
    for path in liars.glob("median*0*"):
        if '"/workers/byzantine": 0' in (path / "manifest.json").read_text():
            (path / "manifest.json").write_text((path / "manifest.json").read_text().replace("completed", "running"))
    axes = plot_breakdown(liars, warn=warnings.append)
    assert len([line for line in axes[0].lines if line.get_marker() == "x"]) == 1
    assert any("median" in line and "no finished run at 0 to compare with" in line for line in warnings)


def test_no_clean_run_at_all_ends_with_1(liars, capsys):
    assert main(["breakdown", str(liars), "--only", "byzantine workers=2,4"]) == 1
    assert "error: nothing is left to draw: it has no finished run at 0 to compare with" in capsys.readouterr().err


@pytest.fixture
def searched(liars):
    """The same runs, as those of a search; its answers are not what the means would say."""
    def write(**changes):
        answers = [{"swept": {"rule": rule, "adversary": adversary}, "survives": 2, "breaks": 4, "surely_survives": 2,
                    "surely_breaks": 4, "monotone": True, "failure": None,
                    "levels": [{"level": 0}, {"level": 2}, {"level": 4}]} for rule in RULES for adversary in ("flip", "zero")]
        answers[0] |= {"surely_survives": 0}
        answers[1] |= {"survives": None, "breaks": 0, "surely_survives": None, "surely_breaks": 0}
        answers[-1] |= {"failure": "out of memory"}
        (liars / "breakdown.json").write_text(json.dumps({
            "over": "/workers/byzantine", "metric": "final_accuracy", "bound": 0.7, "of_clean": True, "below": True,
            "answers": answers} | changes))
        return liars
    return write


def test_the_runs_of_a_search_get_its_answers(searched, warnings):
    axes = plot_breakdown(searched(), warn=warnings.append)
    crosses = [sorted(line.get_xdata()[0] for line in panel.lines if line.get_marker() == "x") for panel in axes[:2]]
    assert crosses == [[4, 4, 4], [0, 4]]
    assert [line for line in warnings if "left out: out of memory" in line]


def test_a_search_says_what_it_asked_and_what_is_unsure(searched):
    folder = searched()
    assert survived(folder, "--only", "adversary=flip") == {"mean": (2, 4), "median": (2, 4), "vote": (2, 4)}
    said = " ".join(texts((folder / "breakdown.svg").read_text()))
    assert "×: first below 70% of the test accuracy at the first level in most runs." in said
    said = " ".join(texts((folder / "breakdown-points.svg").read_text()))
    assert "2 ?" in said and "?: single runs, or levels above, say otherwise." in said
    assert survived(folder, "--only", "adversary=flip", "--below", "0.5")["vote"][0] == 6


def test_a_search_by_another_column_than_accuracy(searched, capsys):
    assert main(["breakdown", str(searched(metric="train_loss"))]) == 1  # these runs measured none
    assert '"train_loss" was never measured' in capsys.readouterr().err


def test_a_search_by_a_loss_leaves_out_what_diverged(write_run, tmp_path):
    for liars, (status, loss) in enumerate([("completed", 0.5), ("completed", 0.7), ("diverged", 1e9)]):
        write_run(f"a{liars}", {5: {"train_loss": loss}}, {"rule": "mean", "/workers/byzantine": liars}, status, chance=None)
    for liars in range(3):
        write_run(f"b{liars}", {5: {"train_loss": 0.5}}, {"rule": "vote", "/workers/byzantine": liars}, "running")
    answers = [{"swept": {"rule": rule}, "survives": 1, "breaks": 2, "surely_survives": 1, "surely_breaks": 2,
                "monotone": True, "failure": None, "levels": [{"level": 0}, {"level": 2}]} for rule in ("mean", "vote")]
    (tmp_path / "made/breakdown.json").write_text(json.dumps({
        "over": "/workers/byzantine", "metric": "train_loss", "bound": 1, "of_clean": False, "below": False,
        "answers": answers}))
    assert main(["breakdown", str(tmp_path / "made")]) == 0
    said = " ".join(texts((tmp_path / "made/breakdown.svg").read_text()))
    assert "×: first above 1 in most runs." in said
    table = pd.read_csv(tmp_path / "made/breakdown-points.csv")
    assert list(table["first broken"]) == [2]


def test_a_search_whose_levels_fall_says_so(searched):
    folder = searched()
    file = json.loads((folder / "breakdown.json").read_text())
    for answer in file["answers"]:
        answer["levels"].reverse()
    file["answers"][0] |= {"survives": 4, "breaks": 2}
    file["answers"][2] |= {"survives": 0, "breaks": None}
    (folder / "breakdown.json").write_text(json.dumps(file))
    assert survived(folder, "--only", "adversary=flip")["mean"] == (4, 2)
    said = " ".join(texts((folder / "breakdown-points.svg").read_text()))
    assert "Smallest number of byzantine workers" in said and "+: no smaller one was run." in said


def test_the_share_of_a_level_is_that_of_its_own_runs(searched):
    folder = searched()
    for path in folder.glob("*/manifest.json"):
        manifest = json.loads(path.read_text())
        manifest["workers"]["count"] = 10 + manifest["swept"]["/workers/byzantine"]
        path.write_text(json.dumps(manifest))
    assert main(["breakdown", str(folder), "--share", "--only", "adversary=flip"]) == 0
    table = pd.read_csv(folder / "breakdown-points.csv")
    assert set(table["byzantine workers survived"]) == {2 / 12} and set(table["first broken"]) == {4 / 14}


@pytest.mark.parametrize("text", ["[" * 200000, '{"over": "/workers/byzantine", "metric": "final_accuracy", "of_clean": true, '
                                  '"below": true, "bound": 1' + 400 * "0" + ', "answers": []}', "", "[]", '{"answers": 3}', '{"over": "/workers/byzantine", "answers": [{}]}'])
def test_a_broken_answer_is_named_and_the_runs_tell(liars, capsys, text):
    (liars / "breakdown.json").write_text(text)
    assert survived(liars)["median"] == (4, 6)
    assert "is not what a search leaves" in capsys.readouterr().err


@pytest.mark.parametrize("options, said", [
    (["--y", "test_acuracy"], 'did you mean "test_accuracy"?'),
    (["--over", "byzantin"], 'did you mean'),
    (["--over", "rule"], "are not all numbers: mean, median, vote"),
    (["--y", "train_loss"], "never measured"),
])
def test_bad_usage_says_what_would_be_right(liars, capsys, options, said):
    assert main(["breakdown", str(liars), *options]) in (1, 2)
    assert said in capsys.readouterr().err


def test_a_sweep_without_liars_names_its_axes(stored, capsys):
    assert main(["breakdown", str(stored("rules"))]) == 1
    said = "no swept axis is a number of liars; name one by --over. There is: rule, adversary"
    assert said in capsys.readouterr().err
