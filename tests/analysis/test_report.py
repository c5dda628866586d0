"""The page of a report: what stands in it, and that nothing is lost."""

import base64
import gzip
import html
import io
import json
import re
import urllib.parse

import pandas as pd
import pytest

from analysis.__main__ import main

ROWS = {0: {"test_accuracy": 0.1}, 2: {"train_loss": 1.5, "test_accuracy": 0.4}}


def page(folder, *options):
    assert main(["report", str(folder), *options]) == 0
    return (folder / "report.html").read_text()


def details(text):
    packed = re.search(r'id="packed">([^<]*)<', text).group(1)
    return json.loads(gzip.decompress(base64.b64decode(packed)))


def data(text):
    """Frames behind the links to csv files, by name."""
    links = re.findall(r'<a download="([^"]+)" href="data:text/csv;charset=utf-8,([^"]*)">', text)
    return {name: pd.read_csv(io.StringIO(urllib.parse.unquote(html.unescape(found)))) for name, found in links}


def test_figures_numbers_runs_and_configs_on_one_page(stored, capsys):
    folder = stored("rules")
    text = page(folder)
    assert capsys.readouterr().out == f"{folder / 'report.html'}\n"
    assert text.count("<svg ") == 3 and text.count("<tr data-run=") == 6
    numbers = data(text)
    assert set(numbers) == {"curves.csv", "heatmap.csv", "phases.csv"}
    assert list(numbers["heatmap.csv"].sort_values("test_accuracy")["of"].isna()) == [True] * 4
    curves = numbers["curves.csv"]
    assert set(curves["rule"]) == {"mean", "median"} and curves["round"].max() == 20
    shown = {run["path"]: run for run in details(text)}
    for path in folder.iterdir():
        if path.is_dir():
            assert shown[path.name]["config"] == (path / "config.json").read_text()
            assert shown[path.name]["manifest"] == (path / "manifest.json").read_text()


def test_the_page_asks_for_nothing_from_elsewhere(stored):
    text = page(stored("rules"))
    links = re.findall(r'(?:src|href)="([^"]+)"|url\(([^)]+)\)', text)
    links = [one or other for one, other in links]
    assert len(links) > 20 and all(link.startswith(("#f", "data:")) for link in links)
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert len(ids) == len(set(ids))


def test_damaged_runs_are_on_the_page_with_the_reason(write_run, tmp_path):
    write_run("good", ROWS, {"rule": "mean"})
    write_run("older", ROWS, {"rule": "median"})
    (write_run("no manifest", ROWS) / "manifest.json").unlink()
    (write_run("cut", ROWS) / "manifest.json").write_text('{"status": "compl')
    half = write_run("half", ROWS)
    (half / "metrics.csv").write_text((half / "metrics.csv").read_text()[:-5])
    text = page(tmp_path / "made")
    assert "5 runs: 3 unreadable, 2 completed" in text
    reasons = {run["path"]: run["reason"] for run in details(text)}
    assert "no manifest.json" in reasons["no manifest"] and "cannot be read" in reasons["cut"]
    assert "last line of metrics.csv is cut" in reasons["half"] and reasons["good"] == ""
    assert {run["path"]: run["manifest"] for run in details(text)}["cut"] == '{"status": "compl'
    assert '2 of 2 manifests have no "workers", as an older version wrote them' in html.unescape(text)
    assert "a version that it does not name" in text


def test_runs_none_of_which_can_be_read_still_make_a_page(write_run, tmp_path):
    (write_run("bad", ROWS) / "metrics.csv").write_text("")
    text = page(tmp_path / "made")
    assert "metrics.csv has no rows" in text and "<svg" not in text


def test_no_run_at_all_is_an_error(tmp_path, capsys):
    assert main(["report", str(tmp_path)]) == 1
    assert "no usable run directory" in capsys.readouterr().err and not (tmp_path / "report.html").exists()


def test_only_and_its_mistakes(stored, capsys):
    text = page(stored("rules"), "--only", "rule=median", "--title", "Half & half")
    assert text.count("<tr data-run=") == 3 and "<h1>Half &amp; half</h1>" in text
    assert main(["report", str(stored("quadratic")), "--only", "byzantin=0"]) == 2
    assert "did you mean" in capsys.readouterr().err


def test_names_cannot_smuggle_markup_into_the_page(write_run, tmp_path):
    evil = '<img src=x onerror="alert(1)">'
    write_run("a", ROWS, {"rule": evil, "b": 1})
    write_run("b", ROWS, {"rule": "</script><script>alert(1)</script>", "b": 2}, name="made")
    text = page(tmp_path / "made", "--title", evil)
    assert "<img" not in text and "<script>alert" not in text


def test_the_same_runs_give_the_same_bytes(stored):
    folder = stored("rules")
    assert page(folder) == page(folder)


@pytest.fixture
def many(write_run, tmp_path):
    """Eight rules, six adversaries, three heterogeneities, three seeds, a value each round."""
    for number in range(432):
        rule, rest = number % 8, number // 8
        adversary, alpha, seed = rest % 6, rest // 6 % 3, rest // 18
        rows = {at: {"train_loss": 2 - at / 500, "test_accuracy": 0.1 + rule * at / 4000} for at in range(301)}
        write_run(f"run{number:03}", rows, {"rule": f"rule {rule}", "adversary": f"adversary {adversary}",
                                            "alpha": (0.1, 1, 10)[alpha], "seed": seed})
    return tmp_path / "made"


def test_hundreds_of_runs_make_small_multiples_and_a_small_page(many):
    text = page(many)
    assert len(text) < 5e6
    titles = [f"adversary {adversary}, alpha {alpha}" for adversary in range(6) for alpha in ("0.1", "1", "10")]
    assert all(title in text for title in titles)
    curves = data(text)["curves.csv"]
    assert curves.groupby(["rule", "adversary", "alpha"]).size().between(60, 300).all()
    assert curves["round"].max() == 300
