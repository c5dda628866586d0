"""The command `heatmap`: the final value of every run over two swept axes, written into coloured cells."""

import numpy as np
import pandas as pd

from . import labels, notes, page, quantities, sweep
from .axes import axes_of
from .errors import NothingToDraw
from .frames import runs_of, source_name, tell
from .grid import Grid, Words
from .shades import shades_of
from .table import by_harm, tables_of


def plot_heatmap(source, y=None, rows=None, columns=None, worst_over=(), best_over=(), measure="last", sort=False,
                 range=None, worst=True, *, only=(), order=(), title=None, width=None, warn=tell):
    """Tables of coloured cells; the axes of the tables, row by row.

    `y` is a column of metrics.csv; `rows`, `columns`, `worst_over` and `best_over` name swept axes; `measure` is last
    or best; `range` is (low, high) of the colours; `worst` adds a row with each column's worst cell. The rest is as in
    plot_curves.
    """
    return drawn(source, y, rows, columns, worst_over, best_over, measure, sort, range, worst, only, order, title,
                 width, warn).axes


def draw(asked, warn):
    """The paths of the files written."""
    figure = drawn(asked.folder, asked.y, asked.rows, asked.columns, asked.worst_over, asked.best_over, asked.measure,
                   asked.sort, asked.range, asked.worst, asked.only, asked.order, asked.title, asked.width, warn)
    with page.styled():
        return page.save(figure.sheet, asked.out or asked.folder / "heatmap")


def drawn(source, y, rows, columns, worst_over, best_over, measure, sort, limits, worst, only, order, title, width,
          warn):
    runs = sweep.only(runs_of(source, warn), only)
    if not runs:
        raise NothingToDraw("no run has all the values that --only names")
    column = y or quantities.default_columns(runs)[0]
    quantities.check_columns(runs, [column], source_name(source))
    swept = sweep.sweep_of(runs, order)
    axes = axes_of(swept, rows, columns, listed(worst_over), listed(best_over))
    tables = tables_of(runs, column, swept, axes, measure, warn)
    if sort:
        tables = by_harm(tables)
    cells = [cell for _, table in tables for cell in table.cells.values()]
    shades = shades_of([cell.mean for cell in cells], tables[0][1].sign, limits)
    value = labels.column(column) + (" (%)" if quantities.is_accuracy(column) else "")
    worst = worst and not axes.worst and len(swept.values(axes.row)) > 1
    words = Words(
        title=notes.title(runs) if title is None else title,
        under=notes.subtitle(runs),
        small=small_print(runs, swept, axes, tables, shades, column, value, measure, worst),
        value=value,
        row_axis=swept.titles[axes.row],
        column_axis=swept.titles[axes.column],
        worst=f"worst {swept.titles[axes.row]}" if worst else "",
    )
    with page.styled():
        grid = Grid(words, tables, shades, column, page.inches(width))
        sheet = grid.drawn()
    page.warn_about_width(sheet, page.inches(width), warn)
    return page.Drawn(sheet, grid.axes, data_of(swept, axes, tables, column))


def listed(names):
    return names.split(",") if isinstance(names, str) else list(names)


def data_of(swept, axes, tables, column):
    """The numbers of the figure, a row a cell."""
    found = []
    for title, table in tables:
        for row in table.rows:
            for across in table.columns:
                cell = table.cell(row, across)
                if cell:
                    spread = float(np.std(cell.values, ddof=1)) if len(cell.values) > 1 and cell.known else None
                    found.append({"table": title, swept.titles[axes.row]: labels.words(row),
                                  swept.titles[axes.column]: labels.words(across), column: cell.mean,
                                  "deviation": spread, "seeds": len(cell.values), "diverged": cell.diverged,
                                  "of": cell.chosen})
    return pd.DataFrame(found)


def small_print(runs, swept, axes, tables, shades, column, value, measure, worst):
    cells = [cell for _, table in tables for cell in table.cells.values()]
    when = {"last": "at the end of the run", "best": "where the seeds' mean is best"}[measure]
    said = [f"{value} {when}{over_seeds(cells, column)}."]
    for word, several in (("Worst", axes.worst), ("best", axes.best)):
        if several:
            first = word if word == "Worst" or not axes.worst else "Then the best"
            said.append(f"{first.capitalize()} over {' and '.join(swept.titles[axis] for axis in several)}.")
    if worst:
        said.append(f"Bold: worst {swept.titles[axes.row]} of each {swept.titles[axes.column]}.")
    if any(cell.diverged for cell in cells):
        chance = {run.chance for run in runs if run.diverged}
        counts = quantities.is_accuracy(column) and None not in chance
        said.append("×: diverged" + ("; its accuracy counts as chance." if counts else "."))
    if any(cell.lacking for cell in cells):
        said.append("†: not all of them have a finished run.")
    if len(cells) < sum(len(table.rows) * len(table.columns) for _, table in tables):
        said.append("Hatched: no finished run.")
    if shades.below or shades.above:
        said.append("Values beyond the bar's pointed end have its last colour.")
    return " ".join([*said, *notes.in_all_runs(swept, {axes.row, axes.column})])


def over_seeds(cells, column):
    """", mean over so many seeds", and how far these differ."""
    sizes = [len(cell.values) for cell in cells]
    few, many = min(sizes), max(sizes)
    if many == 1:
        return ""
    spreads = [np.std(cell.values, ddof=1) for cell in cells if len(cell.values) > 1 and cell.known]
    if not spreads:
        return f", mean over {many} seeds"
    scale = 100 if quantities.is_accuracy(column) else 1
    middle, widest = (f"{scale * value:.2g}" for value in (np.median(spreads), max(spreads)))
    count = f"{many} seeds" if few == many else f"{few} to {many} seeds"
    return f", mean over {count} (standard deviation: {middle} in the middle cell, {widest} at most)"
