"""The command `curves`: reads runs, groups them, averages over seeds, and hands the lines to the figure."""

from analysis import notes, page, quantities, sweep
from analysis.average import average
from analysis.errors import NothingToDraw, Unusable
from analysis.figure import Figure, Words
from analysis.panel import Line, scale_of
from analysis.runs import load
from analysis.strokes import Strokes

MOST_CURVES = 24


def draw(asked, warn):
    """The paths of the two files written."""
    runs = sweep.only(load(asked.folder, warn), asked.only)
    if not runs:
        raise NothingToDraw(f"no run under {asked.folder} has all the values that --only names")
    columns = asked.y or quantities.default_columns(runs)
    quantities.check_columns(runs, columns, asked.folder)
    windows = {column: asked.median or quantities.median_window(runs, column) for column in columns}
    tables = read_tables(runs, asked.x, windows, warn)
    runs = [run for run in runs if run.path in tables]
    if not runs:
        raise NothingToDraw(f"no run under {asked.folder} has {', '.join(columns)} against {asked.x}")
    swept = sweep.sweep_of(runs, asked.order)
    panels = sweep.panels_of(runs, swept, asked.panel, asked.color)
    warn_about(panels, warn)
    with page.styled():
        sheet = figure_of(asked, runs, columns, windows, tables, swept, panels).drawn()
        return page.save(sheet, asked.out or asked.folder / "curves")


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


def figure_of(asked, runs, columns, windows, tables, swept, panels):
    strokes = Strokes(swept, panels)
    lines = {
        (place, column): [
            Line(average(curve.runs, [tables[run.path][column] for run in curve.runs], column),
                 strokes.pen(panel, curve))
            for curve in panel.curves
        ]
        for place, panel in enumerate(panels)
        for column in columns
    }
    averages = [line.average for several in lines.values() for line in several]
    chances = sorted({run.chance for run in runs if run.chance is not None})
    chances = {column: chances if quantities.is_accuracy(column) else [] for column in columns}
    scales = {}
    for column in columns:
        row = [line for (_, name), several in lines.items() if name == column for line in several]
        if all(line.average.table.empty for line in row):
            raise NothingToDraw(f"every run under {asked.folder} diverged before its first {column}")
        scales[column] = scale_of(column, row, chances[column], asked.log_y)
    divisor, x_label = quantities.x_scale(asked.x, max(mean.table["x"].max() for mean in averages if len(mean.table)))
    words = Words(
        title=notes.title(runs) if asked.title is None else asked.title,
        under=notes.subtitle(runs),
        small=notes.small_print(runs, swept, averages, max(chances.values(), key=len)),
        x_label=x_label,
        y_labels={column: quantities.y_label(column, windows[column]) for column in columns},
    )
    return Figure(words, panels, strokes, lines, scales, chances, divisor)
