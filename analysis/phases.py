"""The command `phases`: where the time of a round goes, from timing.csv."""

import pandas as pd

from . import labels, notes, page, roles, sweep
from .errors import NothingToDraw, Unusable
from .frames import runs_of, tell
from .palette import FAINT, OKABE_ITO
from .runs import read_by_round

LEFT, RIGHT, TOP = 0.12, 0.12, 0.1
WIDE, BAR, AWAY, PAD = 4.2, 0.17, 0.09, 0.08
SQUARE = 0.1
UNIT = 1000.0  # seconds are drawn as milliseconds


def plot_phases(source, by=None, *, only=(), order=(), title=None, width=None, warn=tell):
    """Milliseconds of a round by phase, a bar for each value of the swept axis `by`; a list of one axes."""
    return drawn(source, by, only, order, title, width, warn).axes


def draw(asked, warn):
    """The paths of the files written."""
    figure = drawn(asked.folder, asked.by, asked.only, asked.order, asked.title, asked.width, warn)
    with page.styled():
        return page.save(figure.sheet, asked.out or asked.folder / "phases")


def drawn(source, by, only, order, title, width, warn):
    runs = sweep.only(runs_of(source, warn), only)
    if not runs:
        raise NothingToDraw("no run has all the values that --only names")
    swept = sweep.sweep_of(runs, order)
    axis = swept.pick(by, "--by") if by else roles.axis_of("rule", swept.axes) or next(iter(swept.axes), None)
    table = times(runs, swept, axis, warn)
    said = [f"Mean over the rounds of {words_for(table['runs'])}; evaluation is our measurement, no part of training."]
    with page.styled():
        sheet, axes = bars(table.drop(columns="runs"), swept.titles[axis] if axis else "", page.inches(width),
                           notes.title(runs) if title is None else title, notes.subtitle(runs),
                           " ".join([*said, *notes.in_all_runs(swept, {axis})]))
    page.warn_about_width(sheet, page.inches(width), warn)
    name = swept.titles[axis] if axis else "runs of"
    return page.Drawn(sheet, [axes], table.rename_axis(name).reset_index())


def times(runs, swept, axis, warn):
    """Milliseconds of a round: a row a bar, a column a phase, and the number of runs."""
    rows = {}
    for texts, inside in sweep.split(runs, swept, [axis] if axis in swept.axes else []):
        found = []
        for run in inside:
            try:
                timing = read_by_round(run, "timing.csv").set_index("round")
                found.append(UNIT * timing[timing.index > 0].fillna(0.0).mean())
            except Unusable as reason:
                warn(f"{run.path} left out: {reason}")
        if found:
            fixed = labels.words(swept.fixed[axis]) if axis in swept.fixed else "all runs"
            name = next(iter(texts.values()), fixed)
            rows[name] = {**pd.DataFrame(found).mean(), "runs": len(found)}
    if not rows:
        raise NothingToDraw("no run has a timing.csv that can be read")
    return pd.DataFrame.from_dict(rows, orient="index").fillna(0.0)


def words_for(counts):
    few, many = int(counts.min()), int(counts.max())
    count = f"{many}" if few == many else f"{few} to {many}"
    return f"{count} run{'' if many == 1 else 's'} a bar"


def bars(table, name, width, title, under, small):
    phases = [phase for phase in table if table[phase].max() > 0]
    names = max(page.width_of(text, page.KEY) for text in [*table.index, name])
    left = LEFT + names + PAD
    totals = [f"{total:.3g}" for total in table.sum(axis=1)]
    beside = PAD + max(page.width_of(text, page.SMALL) for text in totals) + RIGHT
    wide = max(1.0, width - left - beside) if width else WIDE
    whole = left + wide + beside
    title, under, small = (page.wrapped(text, size, whole - LEFT - RIGHT, weight) for text, size, weight in (
        (title, page.TITLE, "bold"), (under, page.KEY, "normal"), (small, page.SMALL, "normal")))
    start = TOP + page.height_of(title, page.TITLE) + page.height_of(under, page.KEY) + 0.1
    keys = key_places(phases, left, whole - RIGHT)
    top = start + (keys[-1][1] + 1) * page.KEY * page.LINE + PAD + page.height_of("x", page.KEY)
    tall = len(table) * (BAR + AWAY) + AWAY
    bottom = top + tall + 0.48
    sheet = page.sheet(whole, bottom + page.height_of(small, page.SMALL) + 0.1)
    page.write(sheet, LEFT, TOP, title, page.TITLE, weight="bold")
    page.write(sheet, LEFT, TOP + page.height_of(title, page.TITLE), under, page.KEY, color=FAINT)
    page.write(sheet, LEFT, bottom, small, page.SMALL, color=FAINT)
    axes = page.box(sheet, left, top, wide, tall)
    before = pd.Series(0.0, table.index)
    middles = [AWAY + place * (BAR + AWAY) + BAR / 2 for place in range(len(table))]
    for number, phase in enumerate(phases):
        color = OKABE_ITO[number % len(OKABE_ITO)]
        axes.barh(middles, table[phase], BAR, before, color=color, linewidth=0)
        before = before + table[phase]
        across, down = keys[number]
        y = start + (down + 0.5) * page.KEY * page.LINE
        key = page.box(sheet, across, y - SQUARE / 2, SQUARE, SQUARE)
        key.set(xticks=[], yticks=[], facecolor=color)
        key.spines[:].set_visible(False)
        key.text(1.5, 0.5, phase.replace("_", " "), transform=key.transAxes, fontsize=page.KEY, va="center_baseline")
    axes.set(xlim=(0, before.max() or 1.0), ylim=(tall, 0), yticks=middles, yticklabels=table.index)
    axes.set_xlabel("Milliseconds a round")
    axes.tick_params(axis="y", length=0, labelsize=page.KEY)
    axes.grid(False, axis="y")
    axes.text(-PAD / wide, 1 + 0.05 / tall, name, transform=axes.transAxes, fontsize=page.KEY, color=FAINT, ha="right")
    for middle, total, text in zip(middles, before, totals):
        axes.text(total + PAD / 2 / wide * (before.max() or 1.0), middle, text, fontsize=page.SMALL,
                  va="center_baseline")
    return sheet, axes


def key_places(phases, left, right):
    """Where each phase's key begins: inches from the left, and in which line."""
    places, x, line = [], left, 0
    for phase in phases:
        wide = SQUARE + 0.05 + page.width_of(phase.replace("_", " "), page.KEY) + 0.16
        if x + wide > right and x > left:
            x, line = left, line + 1
        places.append((x, line))
        x += wide
    return places
