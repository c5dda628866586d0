"""Lays a table out in inches and draws it: names at the left and above, a cell for each pair, a bar of colours."""

import math
from dataclasses import dataclass

from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator

from analysis import labels, page
from analysis.palette import FAINT, INK
from analysis.quantities import is_accuracy
from analysis.shades import ink_on

LEFT, RIGHT, TOP = 0.12, 0.12, 0.1
PAD = 0.08
ROW = 0.19
NARROWEST = 0.56
APART = 0.07  # between the rows that stand for nothing, the others, and the row of worst values
BAR, BAR_AWAY, BAR_LABEL, BAR_STEPS = 0.11, 0.16, 0.52, 64
TALLEST_BAR = 2.4
CROSS = " ×"


@dataclass(frozen=True)
class Words:
    title: str
    under: str
    small: str
    value: str  # name of what the cells hold
    row_axis: str
    column_axis: str
    worst: str  # name of the row below, "" for none


class Grid:
    def __init__(self, words, table, shades, column):
        self.table, self.shades, self.accuracy = table, shades, is_accuracy(column)
        names = labels.values(table.rows)
        self.row_names = [names[labels.key(row)] for row in table.rows]
        names = labels.values(table.columns)
        heads = [names[labels.key(value)] for value in table.columns]
        longest = max(page.width_of(word, page.KEY) for head in heads for word in head.split())
        self.wide = max(NARROWEST, longest + PAD, *(page.width_of(text, page.KEY) + PAD for text in self.texts()))
        self.heads = [page.wrapped(head, page.KEY, self.wide - PAD / 2) for head in heads]
        beside = [*self.row_names, words.worst, words.row_axis]
        self.left = LEFT + max(page.width_of(name, page.KEY, "bold") for name in beside) + PAD
        self.above = max(page.height_of(head, page.KEY) for head in self.heads) + 1.5 * PAD
        self.tops = tops(table.rows)
        self.tall = self.tops[-1] + ROW
        self.whole = self.tall + (APART + ROW if words.worst else 0.0)
        self.across = self.wide * len(table.columns)
        self.width = self.left + self.across + BAR_AWAY + BAR + BAR_LABEL + RIGHT
        room = self.width - LEFT - RIGHT
        self.title = page.wrapped(words.title, page.TITLE, room, "bold")
        self.under = page.wrapped(words.under, page.KEY, room)
        self.small = page.wrapped(words.small, page.SMALL, room)
        self.words = words

    def texts(self):
        return [self.text(cell) for cell in self.table.cells.values()]

    def text(self, cell):
        number = "" if not cell.known else f"{100 * cell.mean:.1f}" if self.accuracy else f"{cell.mean:.3g}"
        return (number + (CROSS if cell.diverged else "")).strip()

    def drawn(self):
        under_title = TOP + page.height_of(self.title, page.TITLE)
        start = under_title + page.height_of(self.under, page.KEY) + (0.1 if self.title or self.under else 0.0)
        top = start + page.height_of(self.words.column_axis, page.KEY) + self.above
        bottom = top + self.whole + 0.16
        sheet = page.sheet(self.width, bottom + page.height_of(self.small, page.SMALL) + 0.1)
        page.write(sheet, LEFT, TOP, self.title, page.TITLE, weight="bold")
        page.write(sheet, LEFT, under_title, self.under, page.KEY, color=FAINT)
        middle = self.left + self.across / 2
        page.write(sheet, middle, start, self.words.column_axis, page.KEY, color=FAINT, ha="center")
        page.write(sheet, LEFT, bottom, self.small, page.SMALL, color=FAINT)
        axes = page.box(sheet, 0.0, top, self.width, self.whole)
        axes.set(xlim=(0, self.width), ylim=(self.whole, 0))
        axes.axis("off")
        self.write_names(axes)
        self.draw_cells(axes)
        self.draw_bar(sheet, top)
        return sheet

    def write_names(self, axes):
        # The axis' name spans its values by a line, as in a printed table.
        axes.plot([self.left, self.left + self.across], [-self.above] * 2, color=FAINT, linewidth=0.6, clip_on=False)
        axes.text(self.left - PAD, -PAD, self.words.row_axis, fontsize=page.KEY, color=FAINT, ha="right", va="baseline")
        for place, head in enumerate(self.heads):
            axes.text(self.left + (place + 0.5) * self.wide, -PAD, head, fontsize=page.KEY, ha="center",
                      va="baseline", linespacing=1.2)
        for top, name in zip(self.tops, self.row_names, strict=True):
            axes.text(self.left - PAD, top + ROW / 2, name, fontsize=page.KEY, ha="right", va="center_baseline")
        if self.words.worst:
            axes.text(self.left - PAD, self.whole - ROW / 2, self.words.worst, fontsize=page.KEY, ha="right",
                      va="center_baseline", weight="bold")

    def draw_cells(self, axes):
        for across, column in enumerate(self.table.columns):
            worst = self.table.worst(column)
            for top, row in zip(self.tops, self.table.rows, strict=True):
                cell = self.table.cell(row, column)
                self.draw_cell(axes, across, top, cell, cell is not None and cell.mean == worst.mean)
            if self.words.worst:
                self.draw_cell(axes, across, self.whole - ROW, worst, True)

    def draw_cell(self, axes, across, top, cell, bold):
        left = self.left + across * self.wide
        place = {"xy": (left, top), "width": self.wide, "height": ROW, "edgecolor": "white", "linewidth": 0.6}
        if cell is None:
            # The hatch takes its colour from the edge.
            axes.add_patch(Rectangle(**{**place, "edgecolor": "#c4c4c4"}, facecolor="white", hatch="//////"))
            return
        color = self.shades.color(cell.mean)
        axes.add_patch(Rectangle(**place, facecolor=color))
        axes.text(left + self.wide / 2, top + ROW / 2, self.text(cell), fontsize=page.SMALL, color=ink_on(color),
                  ha="center", va="center_baseline", weight="bold" if bold else "normal")

    def draw_bar(self, sheet, top):
        """The colours beside the table. An end beyond which there are values is a point."""
        tall = min(self.tall, TALLEST_BAR)
        left = self.left + self.across + BAR_AWAY
        axes = page.box(sheet, left, top, BAR, tall)
        low, high = self.shades.low, self.shades.high
        step = (high - low) / BAR_STEPS
        for number in range(BAR_STEPS):
            color = self.shades.color(low + (number + 0.5) * step)
            # The edge covers the gap that viewers leave between neighbours.
            axes.add_patch(Rectangle((0, low + number * step), 1, step, color=color, linewidth=0.4))
        axes.set(xlim=(0, 1), ylim=(low, high), xticks=[])
        axes.grid(False)
        for side in axes.spines.values():
            side.set_visible(False)
        axes.yaxis.tick_right()
        axes.yaxis.set_major_locator(MaxNLocator(6 if tall > 1 else 3))
        if self.accuracy:
            axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.10g}"))
        point = 0.08 / tall
        for there, base, tip in ((self.shades.below, 0.0, -point), (self.shades.above, 1.0, 1 + point)):
            if there:
                axes.fill([0, 1, 0.5], [base, base, tip], transform=axes.transAxes, clip_on=False, linewidth=0,
                          facecolor=self.shades.color(-math.inf if tip < 0 else math.inf))
        if page.width_of(self.words.value, page.KEY) > tall:
            return  # the small print has it too
        axes.text(1 + 0.44 / BAR, 0.5, self.words.value, transform=axes.transAxes, rotation=90, fontsize=page.KEY,
                  color=INK, ha="center", va="center")


def tops(rows):
    """Inches from the table's top to each row's; what stands for nothing is what the others are compared with."""
    leading = next((place for place, row in enumerate(rows) if not labels.is_nothing(row)), 0)
    return [place * ROW + (APART if 0 < leading <= place else 0.0) for place in range(len(rows))]
