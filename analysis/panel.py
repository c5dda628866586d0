"""Draws the curves of one panel, and finds the scale that all panels of a row share."""

import math
from dataclasses import dataclass

from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from .average import Average
from .errors import UsageError
from .palette import FAINT, Pen
from .quantities import is_accuracy, is_loss

ROOM = 0.05  # of the height, free above and below the curves
DECADES = 2


@dataclass(frozen=True)
class Line:
    """A curve on paper."""

    average: Average
    pen: Pen


@dataclass(frozen=True)
class Scale:
    log: bool
    low: float
    high: float


def scale_of(column, lines, chances, force_log):
    """Limits from every panel of the row. Curves that blow up and stop may leave at the top: the rest must be seen."""
    lines = [line for line in lines if not line.average.table.empty]
    steady = [line for line in lines if not line.average.ended] or lines
    low, high = extent(lines)[0], extent(steady)[1]
    positive = low > 0
    if force_log and not is_accuracy(column) and not positive:
        raise UsageError(f"--log-y: {column} reaches {low:g}, and a logarithm needs values above 0")
    wide = positive and math.log10(extent(lines)[1] / low) > DECADES
    log = not is_accuracy(column) and (force_log or (is_loss(column) and wide))
    if log:
        low, high = math.log10(low), math.log10(min(extent(lines)[1], high * 1000))
    elif not is_accuracy(column):
        high = min(extent(lines)[1], high + (high - low))
    if is_accuracy(column):
        low, high = min([low, *chances]), max([high, *chances])
    room = ROOM * (high - low) or 0.05 * abs(high) or 0.05
    low, high = low - room, high + room
    if is_accuracy(column):
        return Scale(False, max(low, -0.02), min(high, 1.02))
    return Scale(True, 10**low, 10**high) if log else Scale(False, low, high)


def extent(lines):
    """Lowest and highest mean; of a band, what is not below zero when the mean is above."""
    tables = [line.average.table for line in lines]
    lowest = min(table["mean"].min() for table in tables)
    bands = min(table["low"].min() for table in tables)
    highest = max(table["high"].max() for table in tables)
    return (bands if bands > 0 or lowest <= 0 else lowest), highest


def draw_panel(axes, lines, scale, column, divisor, chances, ticks):
    if scale.log:
        axes.set_yscale("log")
        narrow = scale.high / scale.low < 10**1.7
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if narrow else (1,), numticks=6))
        axes.yaxis.set_minor_locator(NullLocator())
        if 1e-3 < scale.low and scale.high < 1e5:
            axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    else:
        axes.yaxis.set_major_locator(MaxNLocator(5))
    if is_accuracy(column):
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.10g}%"))
    axes.xaxis.set_major_locator(MaxNLocator(ticks, steps=[1, 2, 2.5, 5, 10]))
    axes.set_ylim(scale.low, scale.high)
    for chance in chances:
        axes.axhline(chance, color=FAINT, linewidth=0.8, linestyle=(0, (1, 2)), zorder=1.5)
    for line in lines:
        draw_line(axes, line, scale, divisor)


def draw_line(axes, line, scale, divisor):
    table, pen = line.average.table, line.pen
    if table.empty:
        return
    x = table["x"] / divisor
    if line.average.seeds > 1:
        low = table["low"].clip(lower=scale.low) if scale.log else table["low"]
        axes.fill_between(x, low, table["high"], color=pen.color, alpha=0.16, linewidth=0, zorder=2)
    marks = {"marker": pen.marker, "markersize": 3.5, "markevery": 0.12} if pen.marker else {}
    axes.plot(x, table["mean"], color=pen.color, linestyle=pen.dash, linewidth=1.3, zorder=3, **marks)
    for at, y in line.average.stops:
        # Not clipped: a curve that left the panel has its cross on the panel's edge.
        axes.plot([at / divisor], [min(max(y, scale.low), scale.high)], "x", color=pen.color,
                  markersize=6, markeredgewidth=1.6, zorder=4, clip_on=False)


def end_height(axes, line, tall):
    """Inches above the panel's floor at which the curve ends."""
    if line.average.table.empty:
        return tall
    x, y = line.average.end
    return min(max(axes.transAxes.inverted().transform(axes.transData.transform((x, y)))[1], 0.0), 1.0) * tall
