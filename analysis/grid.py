"""Lays tables out in inches and draws them: names at the left and above, a cell for each pair, a bar of colours."""

import math
from dataclasses import dataclass

from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator

from . import labels, page
from .palette import FAINT, INK
from .quantities import is_accuracy
from .shades import ink_on

LEFT, RIGHT, TOP = 0.12, 0.12, 0.1
PAD = 0.08
ROW = 0.19
NARROWEST = 0.56
APART = 0.07  # between the rows that stand for nothing, the others, and the row of worst values
BAR, BAR_AWAY, BAR_LABEL, BAR_STEPS = 0.11, 0.16, 0.52, 64
TALLEST_BAR = 2.4
CROSS, LACKING = " ×", " †"
BETWEEN, BELOW = 0.18, 0.2  # tables side by side, and one below the other
WIDEST = 10.0  # of tables side by side, where no width is asked for


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
    """`tables` are pairs of a title and a table, all with the same rows and columns."""

    def __init__(self, words, tables, shades, column, width=None):
        self.titles, self.tables = zip(*tables)
        self.shades, self.accuracy, self.words = shades, is_accuracy(column), words
        first = self.tables[0]
        names = labels.values(first.rows)
        self.row_names = [names[labels.key(row)] for row in first.rows]
        names = labels.values(first.columns)
        heads = [names[labels.key(value)] for value in first.columns]
        longest = max(page.width_of(word, page.KEY) for head in heads for word in head.split())
        values = [cell.mean for table in self.tables for cell in table.cells.values()]
        self.whole_numbers = not self.accuracy and all(value == round(value) for value in values if math.isfinite(value))
        texts = [self.text(cell) for table in self.tables for cell in table.cells.values()]
        least = max(longest, *(page.width_of(text, page.KEY) for text in texts)) + PAD
        self.wide = least if width else max(NARROWEST, least)
        beside = [*self.row_names, words.worst, words.row_axis]
        self.left = LEFT + max(page.width_of(name, page.KEY, "bold") for name in beside) + PAD
        self.fit(width)
        self.heads = [page.wrapped(head, page.KEY, self.wide - PAD / 2) for head in heads]
        self.titles = [page.wrapped(title, page.LABEL, self.across) for title in self.titles]
        self.above = max(page.height_of(head, page.KEY) for head in self.heads) + 1.5 * PAD
        self.tops = tops(first.rows)
        self.tall = self.tops[-1] + ROW
        self.whole = self.tall + (APART + ROW if words.worst else 0.0)
        room = self.width - LEFT - RIGHT
        self.title = page.wrapped(words.title, page.TITLE, room, "bold")
        self.under = page.wrapped(words.under, page.KEY, room)
        self.small = page.wrapped(words.small, page.SMALL, room)

    def fit(self, width):
        """Tables in a row, as many as there is room for, and the width of a cell."""
        columns, count = len(self.tables[0].columns), len(self.tables)
        beside = self.left + BAR_AWAY + BAR + BAR_LABEL + RIGHT
        room = (width or WIDEST) - beside
        many = max(1, min(count, int((room + BETWEEN) / (columns * self.wide + BETWEEN))))
        self.in_a_row = math.ceil(count / math.ceil(count / many))
        if width:
            self.wide = max(self.wide, ((room + BETWEEN) / self.in_a_row - BETWEEN) / columns)
        self.across = columns * self.wide
        self.width = beside + self.in_a_row * (self.across + BETWEEN) - BETWEEN

    def text(self, cell):
        number = "" if not cell.known else f"{100 * cell.mean:.1f}" if self.accuracy else f"{cell.mean:.3g}"
        return (number + (CROSS if cell.diverged else "") + (LACKING if cell.lacking else "") + cell.mark).strip()

    def drawn(self):
        self.axes = []
        under_title = TOP + page.height_of(self.title, page.TITLE)
        start = under_title + page.height_of(self.under, page.KEY) + (0.1 if self.title or self.under else 0.0)
        names = max(page.height_of(title, page.LABEL) for title in self.titles)
        head = names + (PAD if names else 0.0) + page.height_of(self.words.column_axis, page.KEY) + self.above
        block = head + self.whole + BELOW
        bottom = start + math.ceil(len(self.tables) / self.in_a_row) * block - BELOW + 0.16
        sheet = page.sheet(self.width, bottom + page.height_of(self.small, page.SMALL) + 0.1)
        page.write(sheet, LEFT, TOP, self.title, page.TITLE, weight="bold")
        page.write(sheet, LEFT, under_title, self.under, page.KEY, color=FAINT)
        page.write(sheet, LEFT, bottom, self.small, page.SMALL, color=FAINT)
        for place, table in enumerate(self.tables):
            across, down = place % self.in_a_row, place // self.in_a_row
            left = self.left + across * (self.across + BETWEEN)
            top = start + down * block + head
            title, column_axis = self.titles[place], self.words.column_axis
            page.write(sheet, left, top - head + names - page.height_of(title, page.LABEL), title, page.LABEL)
            page.write(sheet, left + self.across / 2, top - head + names + (PAD if names else 0.0), column_axis,
                       page.KEY, color=FAINT, ha="center")
            # Names at the left stand in the axes of the first table of a row.
            margin = left if across == 0 else 0.0
            axes = page.box(sheet, left - margin, top, margin + self.across, self.whole)
            axes.set(xlim=(-margin, self.across), ylim=(self.whole, 0))
            axes.axis("off")
            self.axes.append(axes)
            self.write_names(axes, margin > 0)
            self.draw_cells(axes, table)
        self.draw_bar(sheet, start + head)
        return sheet

    def write_names(self, axes, rows):
        # The axis' name spans its values by a line, as in a printed table.
        axes.plot([0, self.across], [-self.above] * 2, color=FAINT, linewidth=0.6, clip_on=False)
        for place, head in enumerate(self.heads):
            axes.text((place + 0.5) * self.wide, -PAD, head, fontsize=page.KEY, ha="center", va="baseline",
                      linespacing=1.2)
        if not rows:
            return
        axes.text(-PAD, -PAD, self.words.row_axis, fontsize=page.KEY, color=FAINT, ha="right", va="baseline")
        for top, name in zip(self.tops, self.row_names, strict=True):
            axes.text(-PAD, top + ROW / 2, name, fontsize=page.KEY, ha="right", va="center_baseline")
        if self.words.worst:
            axes.text(-PAD, self.whole - ROW / 2, self.words.worst, fontsize=page.KEY, ha="right",
                      va="center_baseline", weight="bold")

    def draw_cells(self, axes, table):
        for across, column in enumerate(table.columns):
            worst = table.worst(column)
            for top, row in zip(self.tops, table.rows, strict=True):
                cell = table.cell(row, column)
                bold = bool(self.words.worst) and cell is not None and cell.mean == worst.mean
                self.draw_cell(axes, across, top, cell, bold)
            if self.words.worst:
                self.draw_cell(axes, across, self.whole - ROW, worst, True)

    def draw_cell(self, axes, across, top, cell, bold):
        left = across * self.wide
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
        axes = page.box(sheet, self.width - RIGHT - BAR_LABEL - BAR, top, BAR, tall)
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
        axes.yaxis.set_major_locator(MaxNLocator(6 if tall > 1 else 3, integer=self.whole_numbers))
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
