"""Lays the panels of a figure out in inches, each with what belongs to the right of it, and draws them."""

import math
from dataclasses import dataclass, replace

from . import keys, page
from .palette import FAINT
from .panel import draw_panel, end_height

IN_A_ROW = 4
NARROWEST = 1.15
LEFT, RIGHT, TOP = 0.86, 0.12, 0.1
BETWEEN = 0.3  # panels side by side
BELOW = 0.18  # panels one below the other
UNDER_TICKS = 0.24
NEARLY_AT_END = 0.97


@dataclass(frozen=True)
class Words:
    title: str
    under: str
    small: str
    x_label: str
    y_labels: dict


class Figure:
    def __init__(self, words, panels, strokes, lines, scales, chances, divisor, in_a_row=None, width=None):
        self.panels, self.lines, self.scales, self.chances, self.divisor = panels, lines, scales, chances, divisor
        self.columns = list(scales)
        tables = [line.average.table for several in lines.values() for line in several]
        self.last = max(table["x"].max() for table in tables if len(table)) or 1.0
        rows = math.ceil(len(panels) / IN_A_ROW)
        self.across = in_a_row or math.ceil(len(panels) / rows)
        self.wide = 3.6 if len(panels) == 1 else 2.2 if self.across <= IN_A_ROW else 1.7 if self.across <= 6 else 1.4
        self.tall = 2.3 if len(panels) * len(self.columns) == 1 else 1.75
        self.share_keys(strokes)
        self.fit(width)
        self.words = self.wrapped(words)
        self.titles = [page.wrapped(panel.title, page.LABEL, self.wide) for panel in panels]

    def fit(self, width):
        """Panels in a row, and inches of each, for the figure's width; narrow panels are less tall."""
        asked = self.across
        while True:
            self.rows = math.ceil(len(self.panels) / self.across)
            self.gaps = [self.gap(column) for column in range(self.across)]
            beside = LEFT + sum(self.gaps) + RIGHT
            room = (width - beside) / self.across if width else self.wide
            if room >= NARROWEST or self.across == 1:
                break
            self.across -= 1
        if self.across < asked:
            # Rows as even as they can be.
            self.across = math.ceil(len(self.panels) / self.rows)
            self.gaps = [self.gap(column) for column in range(self.across)]
            beside = LEFT + sum(self.gaps) + RIGHT
            room = (width - beside) / self.across
        self.wide = max(room, NARROWEST)
        self.tall = min(self.tall, max(1.3, 0.8 * self.wide)) if width or self.wide < 2 else self.tall
        self.ticks = 6 if self.wide > 3 else 4 if self.wide > 1.8 else 3
        self.width = beside + self.across * self.wide

    def share_keys(self, strokes):
        """One legend where all panels have the same axes, else a key of its own for each panel."""
        self.shared = []
        if len(self.panels) > 1 and len({(panel.color_axis, panel.style_axes) for panel in self.panels}) == 1:
            self.shared = strokes.legend(self.panels)
        self.own = [[] if self.shared else strokes.legend([panel]) for panel in self.panels]
        self.at_ends = all(self.ends_serve(place, sections) for place, sections in enumerate(self.own) if sections)

    def ends_serve(self, place, sections):
        """Labels at the curves' ends: one axis only, room for all, and ends that are at the panel's edge."""
        if len(sections) != 1 or not keys.fits_ends(sections[0], self.tall):
            return False
        means = [line.average for column in self.columns for line in self.lines[place, column]]
        return all(mean.ended or mean.end[0] >= NEARLY_AT_END * self.last for mean in means)

    def gap(self, across):
        """Inches to the right of a column of panels."""
        own = max(keys.width(sections) for sections in self.own[across :: self.across])
        if across == self.across - 1:
            return BETWEEN / 2 + keys.width(self.shared) + own
        return BETWEEN + own

    def wrapped(self, words):
        room = self.width - LEFT - RIGHT
        return replace(
            words,
            title=page.wrapped(words.title, page.TITLE, room, "bold"),
            under=page.wrapped(words.under, page.KEY, room),
            small=page.wrapped(words.small, page.SMALL, room),
            x_label=page.wrapped(words.x_label, page.LABEL, self.wide),
        )

    def above_panels(self):
        """Inches over a row of panels, for their titles and for the title of the labels at their right."""
        ends = [keys.above(sections[0]) for sections in self.own if sections and self.at_ends]
        return max([page.height_of(text, page.LABEL) + 0.06 for text in self.titles] + ends + [0.1])

    def left_of(self, place):
        across = place % self.across
        return LEFT + across * self.wide + sum(self.gaps[:across])

    def drawn(self):
        words, above = self.words, self.above_panels()
        under_title = TOP + page.height_of(words.title, page.TITLE)
        start = under_title + page.height_of(words.under, page.KEY) + (0.12 if words.title or words.under else 0.0)
        step = self.tall + BELOW
        under_panels = UNDER_TICKS + page.height_of(words.x_label, page.LABEL) + 0.12
        block = above + step * len(self.columns) - BELOW + under_panels
        bottom = max(start + self.rows * block, start + above + keys.height(self.shared or self.tallest_legend()))
        self.axes = []
        sheet = page.sheet(self.width, bottom + page.height_of(words.small, page.SMALL) + 0.1)
        page.write(sheet, LEFT, TOP, words.title, page.TITLE, weight="bold")
        page.write(sheet, LEFT, under_title, words.under, page.KEY, color=FAINT)
        page.write(sheet, LEFT, bottom, words.small, page.SMALL, color=FAINT)
        for place, title in enumerate(self.titles):
            left, top = self.left_of(place), start + block * (place // self.across) + above
            page.write(sheet, left, top - page.height_of(title, page.LABEL) - 0.06, title, page.LABEL)
            for row, column in enumerate(self.columns):
                self.draw_one(sheet, place, column, left, top + row * step)
            if self.own[place] and not self.at_ends:
                keys.draw_legend(sheet, left + self.wide + keys.AWAY, top, self.own[place])
        if self.shared:
            right = self.left_of(self.across - 1) + self.wide + BETWEEN / 2
            keys.draw_legend(sheet, right, start + above, self.shared)
        return sheet

    def tallest_legend(self):
        return [] if self.at_ends else max(self.own, key=keys.height)

    def draw_one(self, sheet, place, column, left, top):
        lines = self.lines[place, column]
        axes = page.box(sheet, left, top, self.wide, self.tall)
        self.axes.append(axes)
        draw_panel(axes, lines, self.scales[column], column, self.divisor, self.chances[column], self.ticks)
        axes.set_xlim(0.0, self.last / self.divisor)
        if column == self.columns[-1]:
            axes.set_xlabel(self.words.x_label)
        else:
            axes.tick_params(labelbottom=False)
        if place % self.across:
            axes.tick_params(labelleft=False)
        else:
            self.write_y_label(axes, self.words.y_labels[column])
        if self.own[place] and self.at_ends:
            section = self.own[place][0]
            # A panel's legend and its curves are in the same order, one entry for each curve.
            ends = [
                replace(entry, end=end_height(axes, line, self.tall), stopped=line.average.ended)
                for entry, line in zip(section.entries, lines, strict=True)
            ]
            keys.draw_ends(sheet, left + self.wide, top, self.tall, replace(section, entries=ends),
                           titled=column == self.columns[0])

    def write_y_label(self, axes, text):
        """The name of the column, and closer to the axis, in small, what was done to it."""
        name, _, note = text.partition("\n(")
        style = {"transform": axes.transAxes, "rotation": 90, "va": "center", "ha": "center"}
        axes.text((-0.68 if note else -0.56) / self.wide, 0.5, name, fontsize=page.LABEL, **style)
        if note:
            axes.text(-0.52 / self.wide, 0.5, f"({note}", fontsize=page.SMALL, color=FAINT, **style)
