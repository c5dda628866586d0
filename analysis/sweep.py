"""From runs to curves: which swept axis makes the panels, which the colours, and what is left the strokes."""

import itertools
import math
from dataclasses import dataclass, replace

from . import labels, roles
from .errors import UsageError, unknown

MOST_PANELS = 4  # where the reader did not ask for them
MOST_IN_A_ROW = 8
MOST_CURVES = 12  # in a panel, before a further axis makes panels


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
            if asked in (axis, self.titles[axis], self.titles[axis].replace(" ", "_")):
                return axis
        raise unknown("swept axis", asked, [*self.axes, *self.fixed], f"these runs ({option})")

    def values(self, axis):
        return self.axes[axis] if axis in self.axes else [self.fixed[axis]]


def pairs(asked):
    """(axis, texts of values) of --only and --order, or of a dict, as a notebook has it."""
    items = asked.items() if isinstance(asked, dict) else asked
    return [(axis, [labels.words(value) for value in (values if isinstance(values, (list, tuple)) else [values])])
            for axis, values in items]


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
    for asked, wanted in pairs(orders):
        axis = sweep.pick(asked, "--order")
        if axis in varying:
            varying[axis] = reordered(varying[axis], wanted, asked)
    return sweep


def only(runs, wanted):
    """The runs that have one of the wanted values on each axis named."""
    sweep = sweep_of(runs, [])
    for asked, texts in pairs(wanted):
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
    panel_axes = choose_panel_axes(sweep, panel, color_axis)
    return [panel_of(panel_title(texts, sweep), inside, sweep, panel_axes, color_axis)
            for texts, inside in split(runs, sweep, panel_axes)]


def without(sweep, axis):
    """The sweep as it is for a figure that has this axis across."""
    return replace(sweep, axes={name: values for name, values in sweep.axes.items() if name != axis},
                   titles={name: title for name, title in sweep.titles.items() if name != axis})


def kept(panel, curves):
    """The panel with those of its curves whose id is among these."""
    return replace(panel, curves=[curve for curve in panel.curves if id(curve) in curves])


def split(runs, sweep, axes):
    """Runs by their values on these axes, in the axes' order: pairs of {axis: label} and runs."""
    groups = {}
    for run in runs:
        groups.setdefault(tuple(labels.key(value_of(run, axis)) for axis in axes), []).append(run)
    names = {axis: labels.values(sweep.axes[axis]) for axis in axes}
    for keys in itertools.product(*([labels.key(value) for value in sweep.axes[axis]] for axis in axes)):
        if keys in groups:
            yield {axis: names[axis][key] for axis, key in zip(axes, keys)}, groups[keys]


def panel_title(texts, sweep):
    if not texts:
        return ""
    if len(texts) == 1:
        axis, text = next(iter(texts.items()))
        return text if axis == "panel" else f"{sweep.titles[axis]}: {text}"
    numbers = {axis for axis in texts if all(map(labels.is_number, sweep.axes[axis]))}
    # From the axis that changes with every panel to the one that changes last.
    return ", ".join(f"{sweep.titles[axis]} {text}" if axis in numbers else text
                     for axis, text in reversed(texts.items()))


def choose_panel_axes(sweep, asked, color_axis):
    """Axes that make the panels, the one that changes from panel to panel last."""
    if asked == "none" and "none" not in sweep.axes:
        return []
    if asked:
        found = [sweep.pick(name, "--panel") for name in (asked.split(",") if isinstance(asked, str) else asked)]
        if len(set(found)) < len(found):
            raise UsageError(f'--panel names "{found[0]}" twice')
        return [axis for axis in found if axis in sweep.axes]
    if "panel" in sweep.axes:
        return ["panel"]
    few = [axis for axis in sweep.axes if len(sweep.axes[axis]) <= MOST_PANELS and axis != color_axis]
    chosen = few[-1:] if len(sweep.axes) > 1 else []
    rest = [axis for axis in sweep.axes if axis not in chosen]
    color_axis = color_axis or roles.axis_of("rule", rest) or next(iter(rest), None)
    while math.prod(len(sweep.axes[axis]) for axis in rest) > MOST_CURVES and rest != [color_axis]:
        chosen.append(min((axis for axis in rest if axis != color_axis), key=lambda axis: len(sweep.axes[axis])))
        rest.remove(chosen[-1])
    return sorted(chosen, key=lambda axis: len(sweep.axes[axis]))


def in_a_row(sweep, panel_axes, panels):
    """How many panels make a row that has all values of the last axis; None where that says nothing."""
    last = len(sweep.axes[panel_axes[-1]]) if len(panel_axes) > 1 else 0
    return last if last and last <= MOST_IN_A_ROW and panels % last == 0 else None


def panel_of(title, runs, sweep, panel_axes, color_axis):
    axes = [axis for axis in sweep.axes if axis not in panel_axes]
    present = [axis for axis in axes if any(axis in run.swept for run in runs)]
    if panel_axes == ["panel"]:
        # Panels put together by hand may each have axes of their own: here only what varies inside counts.
        varying = [axis for axis in present if len({labels.key(value_of(run, axis)) for run in runs}) > 1]
        present = varying or present[:1]
    if color_axis not in present:
        color_axis = roles.axis_of("rule", present) or (present[0] if present else None)
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
