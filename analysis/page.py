"""Style, text measured in inches, and writing a figure so that the same data gives the same bytes."""

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from analysis.palette import FAINT, GRID, INK

POINT = 1 / 72
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
    "svg.fonttype": "none",
    "svg.hashsalt": "varangian",
}


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
    png, svg = stem.with_name(stem.name + ".png"), stem.with_name(stem.name + ".svg")
    figure.savefig(png, dpi=150)
    # Without a date the same data gives the same file.
    figure.savefig(svg, metadata={"Date": None})
    return [png, svg]
