"""The command heatmap from its arguments to its files, and what stands in the picture."""

import itertools

import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

from analysis import shades
from analysis.__main__ import main
from pictures import texts
from test_table import RULES, end


def svg(folder, *options):
    assert main(["heatmap", str(folder), *options]) == 0
    return (folder / "heatmap.svg").read_text()


@pytest.fixture
def gallery(write_run, tmp_path):
    """Three rules under three adversaries; one run diverged, one is not there."""
    for rule, row in RULES.items():
        for adversary, value in row.items():
            if (rule, adversary) == ("krum", "alie"):
                continue
            status = "diverged" if (rule, adversary) == ("mean", "zero") else "completed"
            write_run(f"{rule}-{adversary}", end(value), {"rule": rule, "adversary": adversary}, status)
    return tmp_path / "made"


def test_writes_and_prints_both_files(gallery, capsys):
    assert main(["heatmap", str(gallery)]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines() == [str(gallery / f"heatmap.{kind}") for kind in ("png", "svg", "pdf")] and err == ""
    assert (gallery / "heatmap.png").read_bytes().startswith(b"\x89PNG")


def test_the_same_data_gives_the_same_bytes(gallery):
    first = svg(gallery), (gallery / "heatmap.png").read_bytes()
    assert first == (svg(gallery), (gallery / "heatmap.png").read_bytes()) and "dc:date" not in first[0]


def test_the_picture_says_what_it_is(gallery):
    said = texts(svg(gallery, "--rows", "adversary", "--title", "A gallery"))
    for words in ("A gallery", "mlp on toy", "rule", "adversary", "none", "alie", "zero", "krum",
                  "mean", "median", "80.0", "10.0 ×", "worst adversary"):
        assert words in said, words
    small = " ".join(said)
    for words in ("Test accuracy (%) at the end of the run.", "Bold: worst adversary of each rule.",
                  "×: diverged; its accuracy counts as chance.", "Hatched: no finished run."):
        assert words in small, words


def test_the_worst_of_each_column_is_bold_and_stands_below(gallery, sheets):
    svg(gallery, "--rows", "adversary")
    bold = [text.get_text() for text in sheets[0].axes[0].texts if text.get_weight() == "bold"]
    assert sorted(bold) == sorted(["worst adversary", *["10.0 ×", "5.0", "55.0"] * 2])
    svg(gallery, "--rows", "adversary", "--no-worst")
    assert not [text for text in sheets[1].axes[0].texts if text.get_weight() == "bold" and "worst" in text.get_text()]


def test_a_pair_without_a_run_is_hatched_and_empty(gallery, sheets):
    svg(gallery, "--rows", "adversary", "--no-worst")
    cells = [patch for patch in sheets[0].axes[0].patches if isinstance(patch, Rectangle)]
    hatched = [cell for cell in cells if cell.get_hatch()]
    assert len(cells) == 9 and len(hatched) == 1
    (left, top), wide = hatched[0].get_xy(), hatched[0].get_width()
    assert not [text for text in sheets[0].axes[0].texts
                if left < text.get_position()[0] < left + wide and top < text.get_position()[1] < top + 0.19]


def test_numbers_stand_out_from_their_cells(gallery, sheets):
    svg(gallery)
    axes = sheets[0].axes[0]
    inks = {text.get_position(): text.get_color() for text in axes.texts}
    seen = set()
    for cell in axes.patches:
        (left, top), wide, tall = cell.get_xy(), cell.get_width(), cell.get_height()
        ink = inks.get((left + wide / 2, top + tall / 2))
        if not cell.get_hatch():
            seen.add(ink)
            assert ink == shades.ink_on(to_hex(cell.get_facecolor()))
    assert seen == {shades.LIGHT_INK, shades.DARK_INK}


def rows_of(sheet):
    """Names at the left, from the top."""
    axes = sheet.axes[0]
    names = [text for text in axes.texts if text.get_ha() == "right" and text.get_position()[1] > 0]
    return [text.get_text() for text in sorted(names, key=lambda text: text.get_position()[1])]


def test_sort_and_order(gallery, sheets):
    svg(gallery, "--rows", "adversary", "--no-worst", "--order", "adversary=zero,alie")
    svg(gallery, "--rows", "adversary", "--no-worst", "--order", "adversary=zero,alie", "--sort")
    # A run that is not there counts neither way: alie has 0.05 and 0.7, zero 0.1, 0.55 and 0.65.
    assert rows_of(sheets[0]) == ["zero", "alie", "none"] and rows_of(sheets[1]) == ["none", "alie", "zero"]


def test_seeds_are_told_with_their_spread(write_run, tmp_path):
    for seed, value in enumerate((0.5, 0.6)):
        for rule, adversary in itertools.product("ab", "xy"):
            write_run(f"{rule}{adversary}{seed}", end(value), {"rule": rule, "adversary": adversary, "seed": seed})
    said = " ".join(texts(svg(tmp_path / "made")))
    assert "mean over 2 seeds (standard deviation: 7.1 in the middle cell, 7.1 at most)" in said
    assert said.count("55.0") == 6


def test_the_bar_of_a_tall_table_has_its_name(write_run, tmp_path):
    for number in range(12):
        write_run(f"run{number}", end(number / 12), {"rule": "a" if number % 2 else "b", "count": number // 2})
    assert "Test accuracy (%)" in texts(svg(tmp_path / "made"))


def test_other_columns_have_three_digits_and_dark_is_high(write_run, tmp_path, sheets):
    for number, (rule, adversary) in enumerate(itertools.product("ab", "xy")):
        write_run(f"{rule}{adversary}", end(1.2345 + number, "test_loss"), {"rule": rule, "adversary": adversary})
    said = texts(svg(tmp_path / "made", "--no-worst"))
    assert {"1.23", "4.23"} <= set(said) and any(line.startswith("Test loss at the end") for line in said)
    light = [shades.luminance(patch.get_facecolor()) for patch in sheets[0].axes[0].patches]
    assert light[0] > light[-1]


def test_a_range_asked_for_is_that_of_the_colours(gallery, sheets):
    said = texts(svg(gallery, "--range", "0.6,0.7"))
    assert sheets[0].axes[1].get_ylim() == (0.6, 0.7)
    assert "Values beyond the bar's pointed end" in " ".join(said)


@pytest.mark.parametrize("options", [[], ["--sort"], ["--rows", "rule"], ["--no-worst"], ["--range", "0.4,0.5"]])
def test_texts_do_not_touch_each_other(gallery, sheets, options):
    svg(gallery, "--title", "a title that goes on " * 8, *options)
    sheet = sheets[0]
    renderer = sheet.canvas.get_renderer()
    found = [*sheet.texts, *(text for axes in sheet.axes for text in axes.texts), *sheet.axes[1].get_yticklabels()]
    boxes = [(text.get_text(), text.get_window_extent(renderer)) for text in found if text.get_text()]
    for (one, first), (two, second) in itertools.combinations(boxes, 2):
        assert not first.padded(-1).overlaps(second.padded(-1)), (one, two)
    for words, box in boxes:
        assert box.x0 >= 0 and box.x1 <= sheet.bbox.x1 and box.y0 >= 0 and box.y1 <= sheet.bbox.y1, words


@pytest.mark.parametrize("options, said", [
    (["--y", "test_acuracy"], 'did you mean "test_accuracy"?'),
    (["--rows", "adversery"], 'did you mean "adversary"?'),
    (["--columns", "rul"], 'did you mean "rule"?'),
    (["--order", "rule=men"], 'did you mean "mean"?'),
    (["--only", "rule=mean,kurm"], 'did you mean "krum"?'),
    (["--rows", "rule", "--columns", "rule"], 'both name "rule"'),
])
def test_bad_usage_ends_with_2_and_says_what_would_be_right(gallery, capsys, options, said):
    assert main(["heatmap", str(gallery), *options]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("options", [["--range", "1"], ["--range", "2,1"], ["--range", "0,inf"], ["--order", "rule"]])
def test_bad_options_end_with_2(gallery, options):
    with pytest.raises(SystemExit) as stop:
        main(["heatmap", str(gallery), *options])
    assert stop.value.code == 2


def test_one_axis_ends_with_1(write_run, tmp_path, capsys):
    write_run("one", end(0.5), {"rule": "a"})
    write_run("two", end(0.5), {"rule": "b"})
    assert main(["heatmap", str(tmp_path)]) == 1
    assert "needs two swept axes" in capsys.readouterr().err


def test_help_has_an_example(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["heatmap", "--help"])
    assert stop.value.code == 0 and "python -m analysis heatmap results/gallery --sort" in capsys.readouterr().out
