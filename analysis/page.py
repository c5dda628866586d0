"""Style, text measured in inches, and writing a figure so that the same data gives the same bytes."""

import io
from dataclasses import dataclass

import matplotlib
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from . import fonts
from .palette import FAINT, GRID, INK

POINT = 1 / 72
WIDTHS = {"single": 3.3, "double": 6.9}  # inches of a column, and of two, in a journal
TITLE, LABEL, KEY, SMALL = 10, 9, 8, 7
LINE = 1.35 * POINT  # height of a line of text, per point of its size

STYLE = {
    # matplotlib carries DejaVu Sans with it, so lengths of texts are the same on every machine.
    "font.family": "DejaVu Sans",
    "font.size": LABEL,
    "axes.labelsize": LABEL,
    "axes.labelcolor": INK,
    "axes.edgecolor": FAINT,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "text.color": INK,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": KEY,
    "ytick.labelsize": KEY,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 3,
    "ytick.major.size": 3,
    "ytick.minor.size": 0,
    "lines.solid_capstyle": "round",
    # Hinted letters are wider than their outlines, by which the layout is measured.
    "text.hinting": "none",
    # Texts stay texts, in a font that goes with the file.
    "svg.fonttype": "none",
    "pdf.fonttype": 42,
    "svg.hashsalt": "varangian",
}


@dataclass(frozen=True)
class Drawn:
    """A figure, its axes in the order in which they are read, and the numbers in it."""

    sheet: Figure
    axes: list
    data: pd.DataFrame


def styled():
    return matplotlib.rc_context({**matplotlib.rcParamsDefault, **STYLE})


def sheet(width, height):
    figure = Figure(figsize=(width, height), facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def box(figure, left, top, width, height):
    """Axes at a place given in inches from the top left corner."""
    whole, tall = figure.get_size_inches()
    return figure.add_axes((left / whole, 1 - (top + height) / tall, width / whole, height / tall))


def write(figure, left, top, text, size, **style):
    whole, tall = figure.get_size_inches()
    figure.text(left / whole, 1 - top / tall, text, fontsize=size, va="top", linespacing=1.2, **style)


def width_of(text, size, weight="normal"):
    """Inches, with a little over: a renderer rounds the width of every letter, and an SVG may meet another font."""
    font = FontProperties(family="DejaVu Sans", weight=weight, size=size)
    widths = [text_to_path.get_text_width_height_descent(line, font, False)[0] for line in text.split("\n")]
    return 1.03 * max(widths) * POINT


def wrapped(text, size, width, weight="normal"):
    """The text with line breaks at blanks so that no line is longer than the width, if words allow it."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and width_of(longer, size, weight) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return "\n".join(lines)


def height_of(text, size):
    return (text.count("\n") + 1) * size * LINE if text else 0.0


def save(figure, stem):
    stem.parent.mkdir(parents=True, exist_ok=True)
    png, svg, pdf = (stem.with_name(f"{stem.name}.{kind}") for kind in ("png", "svg", "pdf"))
    figure.savefig(png, dpi=150)
    svg.write_text(fonts.embedded(svg_of(figure)), encoding="utf-8")
    figure.savefig(pdf, metadata={"CreationDate": None})
    return [png, svg, pdf]


def svg_of(figure):
    """The figure as SVG, without a date, so that the same data gives the same text."""
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None})
    return text.getvalue()


def inches(width):
    """Inches of a width given as single, double or a number; None where nothing is asked."""
    return WIDTHS.get(width, width)


def warn_about_width(figure, asked, warn):
    wide = figure.get_figwidth()
    if asked and wide > asked + 0.05:
        warn(f"the figure needs {wide:.1f} inches and is wider than the {asked:.1f} asked for; "
             "draw less of it by --only, or shorten its labels")
