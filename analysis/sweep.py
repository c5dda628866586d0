"""From runs to curves: which swept axis makes the panels, which the colours, and what is left the strokes."""

from dataclasses import dataclass

from analysis import labels
from analysis.errors import unknown

MOST_PANELS = 4


@dataclass(frozen=True)
class Curve:
    color: object  # value on the colour axis, None without one
    style: tuple  # keys of the values on the axes left over
    style_label: str
    runs: list


@dataclass(frozen=True)
class Panel:
    title: str
    color_axis: str | None
    style_axes: tuple
    curves: list


@dataclass(frozen=True)
class Sweep:
    axes: dict  # varying axis -> its values in order
    fixed: dict  # axis with one value -> that value
    titles: dict  # axis -> label

    def pick(self, asked, option):
        """The axis that the user means, by its name or its label."""
        for axis in [*self.axes, *self.fixed]:
            if asked in (axis, self.titles[axis]):
                return axis
        raise unknown("swept axis", asked, [*self.axes, *self.fixed], f"these runs ({option})")

    def values(self, axis):
        return self.axes[axis] if axis in self.axes else [self.fixed[axis]]


def sweep_of(runs, orders):
    names = list(dict.fromkeys(axis for run in runs for axis in run.swept))
    varying, fixed = {}, {}
    for axis in names:
        found = {labels.key(value): value for value in (value_of(run, axis) for run in runs)}
        if len(found) > 1:
            varying[axis] = labels.in_order(found.values())
        else:
            fixed[axis] = next(iter(found.values()))
    sweep = Sweep(varying, fixed, labels.axes(names))
    for asked, wanted in orders:
        axis = sweep.pick(asked, "--order")
        if axis in varying:
            varying[axis] = reordered(varying[axis], wanted, asked)
    return sweep


def only(runs, wanted):
    """The runs that have one of the wanted values on each axis named."""
    sweep = sweep_of(runs, [])
    for asked, texts in wanted:
        axis = sweep.pick(asked, "--only")
        known = {labels.words(value): labels.key(value) for value in sweep.values(axis)}
        keys = [known[check_value(text, known, asked, "--only")] for text in texts]
        runs = [run for run in runs if labels.key(value_of(run, axis)) in keys]
    return runs


def check_value(text, known, axis, option):
    if text not in known:
        raise unknown("value", text, known, f'the axis "{axis}" ({option})')
    return text


def reordered(values, wanted, axis):
    texts = {labels.words(value): value for value in values}
    first = [texts[check_value(text, texts, axis, "--order")] for text in dict.fromkeys(wanted)]
    return first + [value for text, value in texts.items() if text not in wanted]


def value_of(run, axis):
    return run.swept.get(axis, labels.MISSING)


def panels_of(runs, sweep, panel=None, color=None):
    """The panels of the figure; runs that differ in the seed alone share a curve."""
    color_axis = sweep.pick(color, "--color") if color else None
    panel_axis = choose_panel_axis(sweep, panel, color_axis)
    if panel_axis is None:
        return [panel_of("", runs, sweep, panel_axis, color_axis)]
    panels, names = [], labels.values(sweep.axes[panel_axis])
    for value in sweep.axes[panel_axis]:
        inside = [run for run in runs if labels.key(value_of(run, panel_axis)) == labels.key(value)]
        text = names[labels.key(value)]
        title = text if panel_axis == "panel" else f"{sweep.titles[panel_axis]}: {text}"
        panels.append(panel_of(title, inside, sweep, panel_axis, color_axis))
    return panels


def choose_panel_axis(sweep, asked, color_axis):
    if asked == "none" and "none" not in sweep.axes:
        return None
    if asked:
        axis = sweep.pick(asked, "--panel")
        return axis if axis in sweep.axes else None
    if "panel" in sweep.axes:
        return "panel"
    few = [axis for axis, values in sweep.axes.items() if len(values) <= MOST_PANELS and axis != color_axis]
    return few[-1] if few and len(sweep.axes) > 1 else None


def panel_of(title, runs, sweep, panel_axis, color_axis):
    axes = [axis for axis in sweep.axes if axis != panel_axis]
    present = [axis for axis in axes if any(axis in run.swept for run in runs)]
    if panel_axis == "panel":
        # Panels put together by hand may each have axes of their own: here only what varies inside counts.
        varying = [axis for axis in present if len({labels.key(value_of(run, axis)) for run in runs}) > 1]
        present = varying or present[:1]
    if color_axis not in present:
        color_axis = present[0] if present else None
    style_axes = tuple(axis for axis in present if axis != color_axis)
    groups = {}
    for run in runs:
        color = value_of(run, color_axis) if color_axis else None
        style = tuple(labels.key(value_of(run, axis)) for axis in style_axes)
        groups.setdefault((labels.key(color), style), (color, run, []))[2].append(run)
    curves = [
        Curve(color, style, style_label(first, style_axes, sweep), members)
        for (_, style), (color, first, members) in groups.items()
    ]
    curves.sort(key=lambda curve: place(curve, sweep, color_axis, style_axes))
    return Panel(title, color_axis, style_axes, curves)


def style_label(run, axes, sweep):
    parts = []
    for axis in axes:
        text = labels.values(sweep.axes[axis])[labels.key(value_of(run, axis))]
        parts.append(text if len(axes) == 1 else f"{sweep.titles[axis]} {text}")
    return ", ".join(parts)


def place(curve, sweep, color_axis, style_axes):
    color = index(sweep, color_axis, labels.key(curve.color)) if color_axis else 0
    return (color, *style_place(curve, sweep, style_axes))


def style_place(curve, sweep, style_axes):
    return tuple(index(sweep, axis, name) for axis, name in zip(style_axes, curve.style))


def index(sweep, axis, name):
    return [labels.key(value) for value in sweep.axes[axis]].index(name)


def repeated(groups):
    """Pairs of runs that are the same point of the sweep and the same seed, as after a change of the config."""
    for runs in groups:
        seen = {}
        for run in runs:
            seed = labels.key(run.seed)
            if seed in seen:
                yield seen[seed], run
            seen[seed] = run


def warn_about_repeated(groups, warn):
    pairs = list(repeated(groups))
    if pairs:
        one, two = pairs[0]
        more = f" (and {len(pairs) - 1} pairs more)" if len(pairs) > 1 else ""
        warn(f"{one.path} and {two.path} are the same point of the sweep and the same seed{more}: their mean is drawn")
