"""Figures for a paper: fonts inside, columns' widths, the same bytes each time."""

import re

import matplotlib.image
import pytest

from analysis.__main__ import main


def drawn(folder, command, *options):
    assert main([command, str(folder), *options]) == 0
    return {kind: folder / f"{command}.{kind}" for kind in ("png", "svg", "pdf")}


def test_a_pdf_carries_outlines_that_can_be_edited_as_text(stored):
    pdf = drawn(stored("rules"), "curves")["pdf"].read_bytes()
    # Type 3 fonts, which some journals refuse, would be matplotlib's default.
    assert b"/CIDFontType2" in pdf and b"/FontFile2" in pdf and b"/Type3" not in pdf
    assert b"CreationDate" not in pdf


def test_an_svg_carries_its_letters(stored):
    svg = drawn(stored("rules"), "curves")["svg"].read_text()
    assert re.findall(r"@font-face\{font-family:'DejaVu Sans';font-weight:(\w+)", svg) == ["normal", "bold"]
    assert svg.count("src:url(data:font/woff;base64,") == 2


def test_the_letters_are_those_of_the_texts(stored, tmp_path):
    import base64
    import io

    from fontTools.ttLib import TTFont
    svg = drawn(stored("rules"), "curves", "--title", "Zażółć")["svg"].read_text()
    faces = dict(re.findall(r"font-weight:(\w+);src:url\(data:font/woff;base64,([^)]+)\)", svg))
    cmap = TTFont(io.BytesIO(base64.b64decode(faces["bold"]))).getBestCmap()
    assert set(map(chr, cmap)) == set("Zażółć")


@pytest.mark.parametrize("width, inches", [("single", 3.3), ("double", 6.9), ("5", 5.0)])
@pytest.mark.parametrize("command", ["curves", "heatmap", "phases"])
def test_widths(stored, command, width, inches, capsys):
    wide = matplotlib.image.imread(drawn(stored("rules"), command, "--width", width)["png"]).shape[1] / 150
    assert wide == pytest.approx(inches, abs=0.05) or "is wider than" in capsys.readouterr().err


def test_what_does_not_fit_is_told(stored, capsys):
    drawn(stored("rules"), "curves", "--width", "1.5")
    assert "inches and is wider than the 1.5 asked for" in capsys.readouterr().err


@pytest.mark.parametrize("width", ["tripple", "0", "nan"])
def test_a_width_that_is_none(stored, width, capsys):
    with pytest.raises(SystemExit):
        main(["curves", str(stored("rules")), "--width", width])
    assert "neither single, double nor inches" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["curves", "heatmap", "phases"])
def test_the_same_data_gives_the_same_bytes(stored, command):
    folder = stored("rules")
    first = [path.read_bytes() for path in drawn(folder, command).values()]
    assert first == [path.read_bytes() for path in drawn(folder, command).values()]
