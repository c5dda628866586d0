"""The command `curves`: reads runs, groups them, averages over seeds, and hands the lines to the figure."""

from dataclasses import replace

import numpy as np
import pandas as pd

from . import labels, notes, page, quantities, sweep
from .average import average
from .errors import NothingToDraw, Unusable
from .figure import Figure, Words
from .frames import runs_of, source_name, tell
from .panel import Line, scale_of
from .strokes import Strokes

MOST_CURVES = 24
MOST_WITH_TWO_COLUMNS = 8  # panels
FEWEST_POINTS = 60  # of a curve


def plot_curves(source, x="round", y=None, panel=None, color=None, median=None, log_y=False, *,
                only=(), order=(), title=None, width=None, warn=tell):
    """Convergence curves; the axes of the panels, row by row.

    `source` is a folder, or the frame `runs` of `load`, or a part of it. `x` is round, epoch, bytes or seconds; `y` one
    column of metrics.csv or several; `panel` and `color` are swept axes; `only` and `order` are {axis: [values]};
    `width` is in inches, or "single" or "double". The figure is that of any of the axes: axes[0].figure.savefig(...).
    """
    return drawn(source, x, y, panel, color, median, log_y, only, order, title, width, warn).axes


def draw(asked, warn):
    """The paths of the files written."""
    figure = drawn(asked.folder, asked.x, asked.y, asked.panel, asked.color, asked.median, asked.log_y, asked.only,
                   asked.order, asked.title, asked.width, warn)
    with page.styled():
        return page.save(figure.sheet, asked.out or asked.folder / "curves")


def drawn(source, x, y, panel, color, median, log_y, only, order, title, width, warn, points=None):
    """`points` is how many all curves have together at most, for a page that must not grow without bound."""
    runs = sweep.only(runs_of(source, warn), only)
    if not runs:
        raise NothingToDraw("no run has all the values that --only names")
    swept = sweep.sweep_of(runs, order)
    panel_axes = sweep.choose_panel_axes(swept, panel, swept.pick(color, "--color") if color else None)
    many = len(sweep.panels_of(runs, swept, panel, color)) > MOST_WITH_TWO_COLUMNS
    columns = [y] if isinstance(y, str) else y or quantities.default_columns(runs)[: 1 if many else None]
    quantities.check_columns(runs, columns, source_name(source))
    windows = {column: median or quantities.median_window(runs, column) for column in columns}
    tables = read_tables(runs, x, windows, warn)
    runs = [run for run in runs if run.path in tables]
    if not runs:
        raise NothingToDraw(f"no run has {', '.join(columns)} against {x}")
    swept = sweep.sweep_of(runs, order)
    panels = sweep.panels_of(runs, swept, panel, color)
    warn_about(panels, warn)
    with page.styled():
        lines = lines_of(columns, tables, swept, panels)
        if points:
            lines = thinned(lines, max(FEWEST_POINTS, points // sum(map(len, lines.values()))))
        figure = figure_of(runs, x, log_y, title, page.inches(width), columns, windows, lines, swept, panels,
                           sweep.in_a_row(swept, panel_axes, len(panels)))
        sheet = figure.drawn()
    page.warn_about_width(sheet, page.inches(width), warn)
    return page.Drawn(sheet, figure.axes, data_of(x, swept, panels, lines))


def warn_about(panels, warn):
    sweep.warn_about_repeated([curve.runs for panel in panels for curve in panel.curves], warn)
    crowded = max(panels, key=lambda panel: len(panel.curves))
    if len(crowded.curves) > MOST_CURVES:
        where = f' in the panel "{crowded.title}"' if crowded.title else ""
        warn(f"{len(crowded.curves)} curves{where} are hard to tell apart; --only AXIS=VALUE draws a part of them")


def read_tables(runs, x, windows, warn):
    """Path of a run -> column -> its values; a run that lacks one of the columns is left out."""
    tables = {}
    for run in runs:
        try:
            tables[run.path] = {name: quantities.series(run, x, name, window) for name, window in windows.items()}
        except Unusable as reason:
            warn(f"{run.path} left out: {reason}")
    return tables


def lines_of(columns, tables, swept, panels):
    strokes = Strokes(swept, panels)
    return {
        (place, column): [
            Line(average(curve.runs, [tables[run.path][column] for run in curve.runs], column),
                 strokes.pen(panel, curve))
            for curve in panel.curves
        ]
        for place, panel in enumerate(panels)
        for column in columns
    }


def thinned(lines, points):
    """Each curve with so many of its points, evenly, the first and the last among them."""
    def thin(line):
        table = line.average.table
        if len(table) <= points:
            return line
        places = np.unique(np.linspace(0, len(table) - 1, points).round().astype(int))
        return replace(line, average=replace(line.average, table=table.iloc[places]))

    return {place: [thin(line) for line in several] for place, several in lines.items()}


def figure_of(runs, x, log_y, title, width, columns, windows, lines, swept, panels, in_a_row):
    averages = [line.average for several in lines.values() for line in several]
    chances = sorted({run.chance for run in runs if run.chance is not None})
    chances = {column: chances if quantities.is_accuracy(column) else [] for column in columns}
    scales = {}
    for column in columns:
        row = [line for (_, name), several in lines.items() if name == column for line in several]
        if all(line.average.table.empty for line in row):
            raise NothingToDraw(f"every run diverged before its first {column}")
        scales[column] = scale_of(column, row, chances[column], log_y)
    divisor, x_label = quantities.x_scale(x, max(mean.table["x"].max() for mean in averages if len(mean.table)))
    words = Words(
        title=notes.title(runs) if title is None else title,
        under=notes.subtitle(runs),
        small=notes.small_print(runs, swept, averages, max(chances.values(), key=len)),
        x_label=x_label,
        y_labels={column: quantities.y_label(column, windows[column]) for column in columns},
    )
    return Figure(words, panels, Strokes(swept, panels), lines, scales, chances, divisor, in_a_row, width)


def data_of(x, swept, panels, lines):
    """The numbers of the figure, a row a point of a curve."""
    tables = []
    for (place, column), several in lines.items():
        for curve, line in zip(panels[place].curves, several, strict=True):
            names = {swept.titles[axis]: labels.words(sweep.value_of(curve.runs[0], axis)) for axis in swept.axes}
            table = line.average.table.rename(columns={"x": x} if x != "round" else {}).reset_index(names="round")
            table = table.drop(columns="x", errors="ignore")
            tables.append(table.assign(column=column, seeds=line.average.seeds, **names))
    whole = pd.concat(tables, ignore_index=True)
    last = ["round", *([x] if x != "round" else []), "mean", "low", "high", "seeds"]
    return whole[[*(name for name in whole if name not in last), *last]]
