"""Which pen draws which curve, and what a legend says about it."""

from . import labels, palette
from .keys import Entry, Section
from .sweep import style_place


class Strokes:
    """Pens that stay the same in all panels: a value of an axis always has its colour."""

    def __init__(self, sweep, panels):
        self.sweep = sweep
        self.colors = {axis: palette.colors(values) for axis, values in sweep.axes.items()}
        self.styles = {}
        for panel in panels:
            known = self.styles.setdefault(panel.style_axes, set())
            known.update((style_place(curve, sweep, panel.style_axes), curve.style) for curve in panel.curves)
        self.styles = {axes: [style for _, style in sorted(known)] for axes, known in self.styles.items()}

    def pen(self, panel, curve):
        if panel.color_axis is None:
            return palette.Pen(palette.OKABE_ITO[0])
        styles = self.styles[panel.style_axes]
        color = self.colors[panel.color_axis][labels.key(curve.color)]
        return palette.pen(color, styles.index(curve.style), len(styles))

    def legend(self, panels):
        """Sections for panels with the same axes: the colours, then the strokes."""
        first = panels[0]
        if first.color_axis is None:
            return []
        drawn = [curve for panel in panels for curve in panel.curves]
        sections = [self.color_section(first.color_axis, first.style_axes, drawn)]
        if first.style_axes:
            sections.append(self.style_section(first.style_axes, drawn))
        return sections

    def color_section(self, axis, style_axes, curves):
        used = {labels.key(curve.color) for curve in curves}
        names = labels.values(self.sweep.axes[axis])
        # The stroke of a colour alone: the first that this colour has.
        strokes = len(self.styles[style_axes])
        return Section(self.sweep.titles[axis], [
            Entry(palette.pen(self.colors[axis][name], 0, strokes), names[name])
            for name in map(labels.key, self.sweep.axes[axis]) if name in used
        ])

    def style_section(self, axes, curves):
        used = {curve.style: curve.style_label for curve in curves}
        styles = self.styles[axes]
        return Section(self.sweep.titles[axes[0]] if len(axes) == 1 else "other settings", [
            Entry(palette.pen((palette.FAINT, 0), place, len(styles)), used[style])
            for place, style in enumerate(styles) if style in used
        ])
