"""What stands to the right of a panel: labels at the ends of its curves, or a legend."""

from dataclasses import dataclass

from .page import KEY, LINE, box, height_of, width_of, wrapped
from .palette import FAINT, Pen

STROKE = 0.24  # inches of a legend's line or a label's leader
GAP = 0.06
AWAY = 0.14  # between a panel and its legend, where the last tick's number reaches out
ROW = KEY * LINE


@dataclass(frozen=True)
class Entry:
    pen: Pen
    label: str
    end: float | None = None  # inches above the panel's floor where the curve ends
    stopped: bool = False


@dataclass(frozen=True)
class Section:
    title: str
    entries: list

    def lines(self):
        """The title may take two lines rather than widen the column."""
        widest = max(width_of(entry.label, KEY) for entry in self.entries)
        return wrapped(self.title, KEY, max(widest + STROKE, 0.5))


def width(sections):
    """Inches that the sections need, from the panel's edge on."""
    if not sections:
        return 0.0
    texts = [width_of(entry.label, KEY) + STROKE + GAP for section in sections for entry in section.entries]
    return max(texts + [width_of(section.lines(), KEY) for section in sections]) + AWAY


def height(sections):
    return sum(height_of(section.lines(), KEY) + ROW * (len(section.entries) + 0.8) for section in sections)


def above(section):
    """Inches over the panel that the title of labels at the ends takes."""
    return height_of(section.lines(), KEY) + 0.4 * ROW


def fits_ends(section, tall):
    """True when labels at the curves' ends have room without touching."""
    return len(section.entries) * ROW <= tall


def draw_legend(figure, left, top, sections):
    axes = blank(figure, left, top, width(sections), height(sections))
    y = height(sections)
    for section in sections:
        title = section.lines()
        axes.text(0, y, title, fontsize=KEY, color=FAINT, va="top", linespacing=1.2)
        y -= height_of(title, KEY) + 0.2 * ROW
        for entry in section.entries:
            middle = y - ROW / 2
            stroke(axes, [0, STROKE / 2, STROKE], [middle] * 3, entry.pen, 1.6)
            axes.text(STROKE + GAP, middle, entry.label, fontsize=KEY, va="center_baseline")
            y -= ROW
        y -= 0.6 * ROW


def draw_ends(figure, left, top, tall, section, titled):
    """Labels beside a panel, each as near to the end of its curve as its neighbours let it, with a leader."""
    title, over = section.lines() if titled else "", above(section)
    axes = blank(figure, left, top - over, width([section]), tall + over)
    axes.text(GAP, tall + over, title, fontsize=KEY, color=FAINT, va="top", linespacing=1.2)
    entries = sorted(section.entries, key=lambda entry: entry.end)
    places = apart([entry.end for entry in entries], ROW, ROW / 2, tall - ROW / 2)
    for entry, y in zip(entries, places):
        if entry.stopped:
            # The curve ends inside the panel; its cross is repeated here in place of a leader.
            axes.plot([STROKE / 2 + GAP / 2], [y], "x", color=entry.pen.color, markersize=4.5, markeredgewidth=1.3)
        else:
            stroke(axes, [0.02, 0.04, STROKE - 0.03, STROKE], [entry.end, entry.end, y, y], entry.pen, 1.0)
        axes.text(STROKE + GAP, y, entry.label, fontsize=KEY, va="center_baseline")


def stroke(axes, xs, ys, pen, thick):
    marks = {"marker": pen.marker, "markersize": 3.5, "markevery": [len(xs) // 2]} if pen.marker else {}
    axes.plot(xs, ys, color=pen.color, linestyle=pen.dash, linewidth=thick, solid_capstyle="butt", **marks)


def blank(figure, left, top, wide, tall):
    """Invisible axes whose data are inches."""
    axes = box(figure, left, top, wide, tall)
    axes.set(xlim=(0, wide), ylim=(0, tall))
    axes.axis("off")
    return axes


def apart(wanted, distance, low, high):
    """Ascending places at least a distance apart, as near to the wanted ones as that allows (least squares)."""
    blocks = []  # mean of (wanted - place in line * distance) and how many share it
    for index, value in enumerate(wanted):
        blocks.append([min(max(value, low), high) - index * distance, 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            value, count = blocks.pop()
            before, many = blocks[-1]
            blocks[-1] = [(before * many + value * count) / (many + count), many + count]
    places = [value for value, count in blocks for _ in range(count)]
    ceiling = high - (len(wanted) - 1) * distance
    return [min(max(value, low), ceiling) + index * distance for index, value in enumerate(places)]
