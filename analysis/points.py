"""The table of breaking points: the largest number of liars that each rule survives."""

from dataclasses import replace

import pandas as pd

from . import labels, page, sweep
from .grid import Grid
from .grid import Words as GridWords
from .shades import shades_of
from .table import Cell, Table


def drawn(rows, swept, words, over, share, judge, width):
    """`rows` are triples of a panel, a curve and its fall; rules go down, panels across."""
    titles = list(dict.fromkeys(panel.title for panel, _, _ in rows))
    axis = rows[0][0].color_axis
    lines = list(dict.fromkeys(line_name(panel, curve, swept) for panel, curve, _ in rows))
    cells = {}
    for panel, curve, fall in rows:
        place = labels.key(line_name(panel, curve, swept)), labels.key(panel.title or "all")
        cells[place] = Cell((float("-inf") if fall.survived is None else float(fall.survived),),
                            mark=(" +" if fall.broken is None else "") + ("" if fall.sure else " ?"))
    table = Table("line", "panel", lines, [title or "all" for title in titles], cells, 1)
    what = f"share of {over.lower()}" if share else f"number of {over.lower()}" if "workers" in over else over
    said = [f"{judge.most} {what}, among those that were run, before the first that leaves a final value "
            f"{judge.bound('the clean one')}."]
    if any(fall.broken is None for _, _, fall in rows):
        said.append(f"+: no {judge.more} one was run.")
    if not all(fall.sure for _, _, fall in rows):
        said.append("?: single runs, or levels above, say otherwise.")
    if any(fall.survived is None for _, _, fall in rows):
        said.append("Empty: broken at once.")
    grid_words = GridWords(words.title, words.under, " ".join(said), "survived",
                           swept.titles[axis] if axis else "", "", "")
    most = max(cell.mean for cell in cells.values())
    shades = shades_of([cell.mean for cell in cells.values()], 1, (0.0, most if most > 0 else 1.0))
    with page.styled():
        grid = Grid(grid_words, [("", table)], replace(shades, below=False), "survived", width)
        sheet = grid.drawn()
    return page.Drawn(sheet, grid.axes, data_of(rows, swept, over))


def line_name(panel, curve, swept):
    style = curve.style_label
    if len(panel.style_axes) == 1:
        style = f"{swept.titles[panel.style_axes[0]]} {style}"
    return ", ".join(filter(None, [labels.words(curve.color) if panel.color_axis else "", style])) or "all"


def data_of(rows, swept, over):
    return pd.DataFrame([{
        **{swept.titles[axis]: labels.words(sweep.value_of(curve.runs[0], axis)) for axis in swept.axes},
        f"{over.lower()} survived": fall.survived, "first broken": fall.broken, "clean": fall.clean,
    } for _, curve, fall in rows])
