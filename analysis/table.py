"""Final values of runs over two swept axes: one cell for each pair of values, the mean over its seeds."""

import math
from dataclasses import dataclass

import numpy as np

from analysis import labels, sweep
from analysis.errors import NothingToDraw, Unusable, UsageError
from analysis.quantities import is_accuracy, series


@dataclass(frozen=True)
class Cell:
    """Values of the seeds at one point; one that diverged without a value to count is infinitely bad."""

    values: tuple
    diverged: int = 0

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

    def sorted(self):
        """Rows that harm a typical column most come first, after whatever stands for nothing.

        By the median over the columns, so that one column that bears nothing does not decide alone.
        """
        def harm(row):
            found = [self.sign * cell.mean for cell in (self.cell(row, column) for column in self.columns) if cell]
            return (not labels.is_nothing(row), float(np.median(found)) if found else math.inf)

        return Table(self.row_axis, self.column_axis, sorted(self.rows, key=harm), self.columns, self.cells, self.sign)


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
    return float(series(run, "round", column, 1)["y"].iloc[-1])


def table_of(runs, column, swept, rows, columns, warn):
    row_axis, column_axis = axes_of(swept, rows, columns)
    groups = {}
    for run in runs:
        place = tuple(labels.key(sweep.value_of(run, axis)) for axis in (row_axis, column_axis))
        groups.setdefault(place, []).append(run)
    sweep.warn_about_repeated(groups.values(), warn)
    cells = {}
    for place, members in groups.items():
        values = []
        for run in members:
            try:
                values.append(final(run, column))
            except Unusable as reason:
                warn(f"{run.path} left out: {reason}")
        if values:
            cells[place] = Cell(tuple(values), sum(run.diverged for run in members))
    if not cells:
        raise NothingToDraw(f"no run is finished and has {column}")
    return Table(row_axis, column_axis, swept.values(row_axis), swept.values(column_axis), cells, better(column))


def axes_of(swept, rows, columns):
    """Row and column axis: those named, else the two with most values, the longer one downwards."""
    asked = [swept.pick(name, option) if name else None for name, option in ((rows, "--rows"), (columns, "--columns"))]
    if asked[0] is not None and asked[0] == asked[1]:
        raise UsageError(f'--rows and --columns both name "{rows}"')
    free = sorted((axis for axis in swept.axes if axis not in asked), key=lambda axis: -len(swept.axes[axis]))
    chosen = [axis if axis is not None else (free.pop(0) if free else None) for axis in asked]
    if None in chosen:
        listed = ", ".join([*swept.axes, *swept.fixed]) or "none"
        raise NothingToDraw(f"a heat map needs two swept axes, and these runs have: {listed}")
    if free:
        value = labels.words(swept.axes[free[0]][0])
        raise UsageError(f'"{free[0]}" varies too; draw one of its values, for example --only "{free[0]}={value}"')
    return chosen
