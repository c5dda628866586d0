"""The command `breakdown`: final accuracy against the number of liars, and how many each rule survives."""

import pandas as pd

from . import labels, notes, page, points, quantities, roles, sweep
from .answers import answers_beside
from .average import in_words
from .errors import NothingToDraw, UsageError
from .falls import BySearch, ByShare, falls_of
from .figure import Figure, Words
from .frames import runs_of, source_name, tell
from .panel import Line, scale_of
from .strokes import Strokes


def plot_breakdown(source, y=None, over=None, below=None, share=False, panel=None, color=None, *, only=(), order=(),
                   title=None, width=None, warn=tell):
    """Accuracy against the number of liars, with a cross where it falls below a share of the clean one.

    `below` is that share, by default 0.5; without it the runs of a search for breaking points get its own answers.
    `over` is the swept axis of numbers, by default that of the liars; `share` divides it by the number of workers. The
    axes of the panels come first, then those of the tables of what is survived. The rest is as in plot_curves.
    """
    return [axes for figure in drawn(source, y, over, below, share, panel, color, only, order, title, width, warn)
            for axes in figure.axes]


def draw(asked, warn):
    """The paths of the files written."""
    curves, table = drawn(asked.folder, asked.y, asked.over, asked.below, asked.share, asked.panel, asked.color,
                          asked.only, asked.order, asked.title, asked.width, warn)
    stem = asked.out or asked.folder / "breakdown"
    beside = stem.with_name(f"{stem.name}-points")
    with page.styled():
        paths = [*page.save(curves.sheet, stem), *page.save(table.sheet, beside)]
    csv = beside.with_name(f"{beside.name}.csv")
    table.data.to_csv(csv, index=False)
    return [*paths, csv]


def drawn(source, y, over, below, share, panel, color, only, order, title, width, warn):
    runs = sweep.only(runs_of(source, warn), only)
    if not runs:
        raise NothingToDraw("no run has all the values that --only names")
    answers = answers_beside(runs, warn) if below is None and over is None and y is None else None
    judge = BySearch(answers) if answers else ByShare(0.5 if below is None else below)
    column = answers.column(runs) if answers else y or quantities.default_columns(runs)[0]
    quantities.check_columns(runs, [column], source_name(source))
    if not answers and not quantities.is_accuracy(column):
        raise UsageError(f'a share of the clean value says nothing about "{column}"; name an accuracy by --y')
    swept = sweep.sweep_of(runs, order)
    over = axis_over(swept, answers.over if answers else over)
    rest = sweep.without(swept, over)
    panels = sweep.panels_of(runs, rest, panel, color)
    curves = [(", ".join(filter(None, [panel.title, labels.words(curve.color), curve.style_label])), curve)
              for panel in panels for curve in panel.curves]
    falls = falls_of(curves, over, share_of_workers if share else lambda run, value: float(value), column, judge, warn)
    panels = [sweep.kept(panel, falls) for panel in panels]
    panels = [panel for panel in panels if panel.curves]
    x_label = "Byzantine workers" if over == roles.axis_of("liars", [over]) else swept.titles[over]
    small = small_print(runs, rest, list(falls.values()), column, judge, x_label)
    words = Words(title=notes.title(runs) if title is None else title, under=notes.subtitle(runs), small=small,
                  x_label=f"{x_label} (share of all)" if share else x_label,
                  y_labels={column: quantities.y_label(column, 1)})
    asked = page.inches(width)
    panel_axes = sweep.choose_panel_axes(rest, panel, rest.pick(color, "--color") if color else None)
    strokes = Strokes(rest, panels)
    lines = {(place, column): [Line(falls[id(curve)].average, strokes.pen(panel, curve)) for curve in panel.curves]
             for place, panel in enumerate(panels)}
    chances = sorted({run.chance for run in runs if run.chance is not None})
    scale = scale_of(column, [line for several in lines.values() for line in several], chances, False)
    with page.styled():
        figure = Figure(words, panels, strokes, lines, {column: scale}, {column: chances}, 1.0,
                        sweep.in_a_row(rest, panel_axes, len(panels)), asked)
        sheet = figure.drawn()
    page.warn_about_width(sheet, asked, warn)
    rows = [(panel, curve, falls[id(curve)]) for panel in panels for curve in panel.curves]
    table = points.drawn(rows, rest, words, x_label, share, judge, asked)
    return page.Drawn(sheet, figure.axes, data_of(rows, rest, column, x_label)), table


def axis_over(swept, asked):
    axis = swept.pick(asked, "--over") if asked else roles.axis_of("liars", swept.axes)
    if axis is None:
        listed = ", ".join(swept.axes) or "none"
        raise NothingToDraw(f"no swept axis is a number of liars; name one by --over. There is: {listed}")
    values = [value for value in swept.values(axis) if value is not labels.MISSING]
    if not all(map(labels.is_number, values)):
        raise UsageError(f'the values of "{axis}" (--over) are not all numbers: {", ".join(map(labels.words, values))}')
    if len(values) < 2:
        raise NothingToDraw(f'"{axis}" has the value {labels.words(values[0])} alone in these runs')
    return axis


def share_of_workers(run, liars):
    count = run.manifest["workers"].get("count")
    if not labels.is_number(count) or count <= 0:
        raise UsageError(f"--share: the manifest of {run.path} does not say how many workers there are")
    return liars / count


def small_print(runs, swept, falls, column, judge, x_label):
    said = [in_words([count for fall in falls for count in fall.counts]).replace("for each curve", "for each point")]
    chances = sorted({run.chance for run in runs if run.chance is not None})
    if chances:
        said.append(f"Dotted line: chance, {' and '.join(f'{100 * chance:.3g}%' for chance in chances)}.")
    name = labels.column(column)
    bound = judge.bound(f"the {name[0].lower()}{name[1:]} {judge.clean(x_label.lower())}")
    said.append(f"×: first {bound}.")
    if any(run.diverged for run in runs):
        said.append("A diverged run counts as chance.")
    return " ".join([*said, *notes.in_all_runs(swept, {"panel"})])


def data_of(rows, swept, column, x_label):
    tables = []
    for panel, curve, fall in rows:
        names = {swept.titles[axis]: labels.words(sweep.value_of(curve.runs[0], axis)) for axis in swept.axes}
        table = fall.average.table.rename(columns={"x": x_label.lower(), "mean": column})
        tables.append(table.assign(clean=fall.clean, **names))
    return pd.concat(tables, ignore_index=True)
