"""One curve out of the runs that differ in their seed alone: the mean, a band, and where seeds diverged."""

from dataclasses import dataclass

import pandas as pd

from .quantities import is_accuracy


@dataclass(frozen=True)
class Average:
    table: pd.DataFrame  # by round: x, mean, low, high; empty where a seed diverged before its first value
    stops: list  # (x, y) where a seed diverged
    seeds: int

    @property
    def end(self):
        last = self.table.iloc[-1]
        return last["x"], last["mean"]

    @property
    def ended(self):
        """True when no seed is left: the curve itself stops there."""
        return self.table.empty or (bool(self.stops) and self.stops[-1] == self.end)


def average(runs, tables, column):
    """The mean over the seeds, round by round, with a band: lowest to highest, or +- a standard deviation from 3 on.

    A diverged seed counts as chance accuracy from then on. Its loss has no value, so a mean loss ends there.
    """
    xs = pd.DataFrame({place: table["x"] for place, table in enumerate(tables)}).sort_index()
    ys = pd.DataFrame({place: table["y"] for place, table in enumerate(tables)}).sort_index()
    last = {place: table.index.max() if len(table) else -1.0 for place, table in enumerate(tables)}
    stopped = [place for place, run in enumerate(runs) if run.diverged]
    # Rounds that one seed measured and another alive did not would make the mean jump.
    alive = sum((ys.index <= at).astype(int) for at in last.values())
    ys = ys[ys.count(axis=1) >= alive]
    for place in stopped:
        if is_accuracy(column) and runs[place].chance is not None:
            ys.loc[ys.index > last[place], place] = runs[place].chance
        elif len(stopped) < len(runs):
            ys = ys[ys.index <= last[place]]
    if len(stopped) == len(runs):
        ys = ys[ys.index <= max(last.values())]
    table = pd.DataFrame({"x": xs.loc[ys.index].mean(axis=1), "mean": ys.mean(axis=1), **band(ys)})
    stops = []
    for at in sorted(last[place] for place in stopped):
        before = table[table.index <= at]
        if not before.empty:
            stops.append(tuple(before[["x", "mean"]].iloc[-1]))
    return Average(table, stops, len(runs))


def band(ys):
    mean, spread, enough = ys.mean(axis=1), ys.std(axis=1), ys.count(axis=1) >= 3
    return {"low": (mean - spread).where(enough, ys.min(axis=1)), "high": (mean + spread).where(enough, ys.max(axis=1))}


def in_words(sizes):
    """What the curves and bands are, for groups of these sizes."""
    if max(sizes) == 1:
        return "One run for each curve."
    few, many = min(sizes), max(sizes)
    count = f"{many} seeds" if few == many else f"{few} to {many} seeds"
    if few >= 3:
        return f"Mean over {count}; band: mean ± standard deviation."
    if many < 3:
        return f"Mean over {count}; band: lowest to highest seed."
    return f"Mean over {count}; band: mean ± standard deviation, lowest to highest below 3 seeds."
