"""Values of runs over two swept axes: one cell for each pair of values, the mean over its seeds."""

import math
from dataclasses import dataclass, replace

import numpy as np

from . import labels, sweep
from .average import average
from .errors import NothingToDraw, Unusable
from .quantities import column_of, is_accuracy, series


@dataclass(frozen=True)
class Cell:
    """Values of the seeds at one point; one that diverged without a value to count is infinitely bad."""

    values: tuple
    diverged: int = 0
    chosen: str = ""  # of which values of the axes reduced it is, where it is the worst or best of several
    lacking: int = 0  # how many of those values have no finished run
    mark: str = ""  # written behind the number

    @property
    def mean(self):
        return sum(self.values) / len(self.values)

    @property
    def known(self):
        return math.isfinite(self.mean)


@dataclass(frozen=True)
class Table:
    row_axis: str
    column_axis: str
    rows: list  # values on the row axis, in the order in which they are drawn
    columns: list
    cells: dict  # (key of the row, key of the column) -> Cell; pairs without a run are not there
    sign: int  # 1 where more is better, -1 where less is

    def cell(self, row, column):
        return self.cells.get((labels.key(row), labels.key(column)))

    def worst(self, column):
        """The cell that is worst for this column, or None where it has no run."""
        found = [cell for cell in (self.cell(row, column) for row in self.rows) if cell]
        return min(found, key=lambda cell: self.sign * cell.mean, default=None)


def better(column):
    """1 where more is better; losses, norms, bytes and shares of wrong signs or of successful backdoors are harm."""
    return 1 if is_accuracy(column) else -1


def final(run, column):
    """The last value of a finished run. A diverged one counts as chance, or as infinitely bad where that is unknown."""
    if run.diverged:
        known = is_accuracy(column) and run.chance is not None
        return run.chance if known else -math.inf * better(column)
    if not run.finished:
        raise Unusable(f"it is not finished (status {run.manifest['status']})")
    values = column_of(run, column).dropna().to_numpy()
    # For the usual run; `series` knows what is wrong with any other.
    usual = len(values) and np.isfinite(values).all()
    return float(values[-1] if usual else series(run, "round", column, 1)["y"].iloc[-1])


def best(runs, column, warn):
    """As ByzFL has it: the best over the rounds of the mean over the seeds, and each seed's value there."""
    tables, usable = [], []
    for run in runs:
        try:
            if not run.finished:
                raise Unusable(f"it is not finished (status {run.manifest['status']})")
            tables.append(series(run, "round", column, 1))
            usable.append(run)
        except Unusable as reason:
            warn(f"{run.path} left out: {reason}")
    mean = average(usable, tables, column).table["mean"] if usable else []
    if not len(mean):
        return tuple(final(run, column) for run in usable)
    at = mean.idxmax() if better(column) > 0 else mean.idxmin()
    return tuple(table["y"].get(at, run.chance) for run, table in zip(usable, tables))


def last(runs, column, warn):
    values = []
    for run in runs:
        try:
            values.append(final(run, column))
        except Unusable as reason:
            warn(f"{run.path} left out: {reason}")
    return tuple(values)


MEASURES = {"last": last, "best": best}


def table_of(runs, column, swept, axes, measure, warn):
    """One table; what its axes do not tell apart beside rows and columns are seeds."""
    apart, groups = (axes.row, axes.column, *axes.best, *axes.worst), {}
    for run in runs:
        place = tuple(labels.key(sweep.value_of(run, axis)) for axis in apart)
        groups.setdefault(place, []).append(run)
    sweep.warn_about_repeated(groups.values(), warn)
    sign, cells = better(column), {}
    for place, members in groups.items():
        values = MEASURES[measure](members, column, warn)
        if values:
            cells[place] = Cell(values, sum(run.diverged for run in members))
    for several, choose in ((axes.worst, min), (axes.best, max)):
        cells = reduced(cells, several, choose, sign, swept)
    return Table(axes.row, axes.column, swept.values(axes.row), swept.values(axes.column), cells, sign)


def reduced(cells, axes, choose, sign, swept):
    """The worst or best cell over these axes, which stand last in the cells' places."""
    if not axes:
        return cells
    groups, whole = {}, math.prod(len(swept.values(axis)) for axis in axes)
    names = [labels.values(swept.values(axis)) for axis in axes]
    for place, cell in cells.items():
        said = ", ".join(name[key] for name, key in zip(names, place[-len(axes):]))
        chosen = ", ".join(filter(None, [said, cell.chosen]))
        groups.setdefault(place[: -len(axes)], []).append(replace(cell, chosen=chosen))
    return {place: replace(choose(found, key=lambda cell: sign * cell.mean),
                           lacking=whole - len(found) + sum(cell.lacking for cell in found))
            for place, found in groups.items()}


def tables_of(runs, column, swept, axes, measure, warn):
    """Pairs of a title and a table, one for each value of the axes that make the panels."""
    found = [(sweep.panel_title(texts, swept), table_of(inside, column, swept, axes, measure, warn))
             for texts, inside in sweep.split(runs, swept, axes.panels)]
    if not any(table.cells for _, table in found):
        raise NothingToDraw(f"no run is finished and has {column}")
    return found


def by_harm(tables):
    """Rows, the same in all tables, so that those that harm a typical column most come first, after what is nothing.

    By the median over the columns, so that one column that bears nothing does not decide alone.
    """
    def harm(row):
        cells = [table.cell(row, column) for _, table in tables for column in table.columns]
        found = [tables[0][1].sign * cell.mean for cell in cells if cell]
        return (not labels.is_nothing(row), float(np.median(found)) if found else math.inf)

    rows = sorted(tables[0][1].rows, key=harm)
    return [(title, replace(table, rows=rows)) for title, table in tables]
