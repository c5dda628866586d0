"""What a heat map does with each swept axis: rows, columns, worst case, best case, or tables side by side."""

from dataclasses import dataclass

from . import labels, roles
from .errors import NothingToDraw, UsageError

MOST_TABLES = 24


@dataclass(frozen=True)
class Axes:
    row: str
    column: str
    worst: tuple = ()  # a cell is the worst over these
    best: tuple = ()  # and then the best over these
    panels: tuple = ()  # the one that changes from table to table last


def axes_of(swept, rows=None, columns=None, worst_over=(), best_over=()):
    """Axes named stay what they are; of the others two make rows and columns."""
    worst = [swept.pick(name, "--worst-over") for name in worst_over]
    best = [swept.pick(name, "--best-over") for name in best_over]
    asked = [swept.pick(name, option) if name else None for name, option in ((rows, "--rows"), (columns, "--columns"))]
    named = [axis for axis in [*asked, *worst, *best] if axis is not None]
    for axis in named:
        if named.count(axis) > 1:
            options = [option for option, found in (("--rows", asked[:1]), ("--columns", asked[1:]),
                                                    ("--worst-over", worst), ("--best-over", best)) if axis in found]
            raise UsageError(f'{" and ".join(options)} {"both " if len(options) == 2 else ""}name "{axis}"')
    free = [axis for axis in swept.axes if axis not in named]
    row, column = chosen(swept, free, *asked)
    if row is None or column is None:
        listed = ", ".join([*swept.axes, *swept.fixed]) or "none"
        raise NothingToDraw(f"a heat map needs two swept axes, and these runs have: {listed}")
    rest = [axis for axis in free if axis not in (row, column)]
    adversary = roles.axis_of("adversary", rest)
    if adversary and not worst and as_byzfl(row, column):
        worst = [adversary]
        rest.remove(adversary)
    tables = 1
    for axis in rest:
        tables *= len(swept.axes[axis])
    if tables > MOST_TABLES:
        longest = max(rest, key=lambda axis: len(swept.axes[axis]))
        value = labels.words(swept.axes[longest][0])
        raise UsageError(f'"{longest}" varies too, which would make {tables} tables; draw one of its values, for '
                         f'example --only "{longest}={value}", or the worst of them, --worst-over "{longest}"')
    panels = tuple(sorted(rest, key=lambda axis: len(swept.axes[axis])))
    return Axes(row, column, tuple(worst), tuple(best), panels)


def as_byzfl(row, column):
    """True where the number of liars stands against how much the workers' data differ."""
    return any(roles.axis_of("liars", [one]) and roles.axis_of("heterogeneity", [other])
               for one, other in ((row, column), (column, row)))


def chosen(swept, free, row, column):
    """Rows and columns: data against liars, adversaries against rules, else the longest, the longer one downwards."""
    for across, down in (("liars", "heterogeneity"), ("rule", "adversary")):
        pair = roles.axis_of(down, free), roles.axis_of(across, free)
        if None not in pair and row is None and column is None:
            return pair
    left = sorted(free, key=lambda axis: -len(swept.axes[axis]))
    return (row or (left.pop(0) if left else None)), (column or (left.pop(0) if left else None))
