"""The command `heatmap`: the final value of every run over two swept axes, written into coloured cells."""

import numpy as np

from analysis import labels, notes, page, quantities, sweep
from analysis.errors import NothingToDraw
from analysis.grid import Grid, Words
from analysis.runs import load
from analysis.shades import shades_of
from analysis.table import table_of


def draw(asked, warn):
    """The paths of the two files written."""
    runs = sweep.only(load(asked.folder, warn), asked.only)
    if not runs:
        raise NothingToDraw(f"no run under {asked.folder} has all the values that --only names")
    column = asked.y or quantities.default_columns(runs)[0]
    quantities.check_columns(runs, [column], asked.folder)
    swept = sweep.sweep_of(runs, asked.order)
    table = table_of(runs, column, swept, asked.rows, asked.columns, warn)
    if asked.sort:
        table = table.sorted()
    shades = shades_of([cell.mean for cell in table.cells.values()], table.sign, asked.range)
    value = labels.column(column) + (" (%)" if quantities.is_accuracy(column) else "")
    words = Words(
        title=notes.title(runs) if asked.title is None else asked.title,
        under=notes.subtitle(runs),
        small=small_print(runs, swept, table, shades, column, value, asked.worst),
        value=value,
        row_axis=swept.titles[table.row_axis],
        column_axis=swept.titles[table.column_axis],
        worst=f"worst {swept.titles[table.row_axis]}" if asked.worst and len(table.rows) > 1 else "",
    )
    with page.styled():
        return page.save(Grid(words, table, shades, column).drawn(), asked.out or asked.folder / "heatmap")


def small_print(runs, swept, table, shades, column, value, worst):
    cells = list(table.cells.values())
    said = [f"{value} at the end of the run{over_seeds(cells, column)}."]
    if worst and len(table.rows) > 1:
        said.append(f"Bold: worst {swept.titles[table.row_axis]} of each {swept.titles[table.column_axis]}.")
    if any(cell.diverged for cell in cells):
        chance = {run.chance for run in runs if run.diverged}
        counts = quantities.is_accuracy(column) and None not in chance
        said.append("×: diverged" + ("; its accuracy counts as chance." if counts else "."))
    if len(cells) < len(table.rows) * len(table.columns):
        said.append("Hatched: no finished run.")
    if shades.below or shades.above:
        said.append("Values beyond the bar's pointed end have its last colour.")
    return " ".join([*said, *notes.in_all_runs(swept, {table.row_axis, table.column_axis})])


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
