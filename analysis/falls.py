"""Where a line breaks: told from the values of its runs, or by the search that chose these runs."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from .answers import Answers
from .average import Average, band
from .errors import NothingToDraw, Unusable
from .table import final


@dataclass(frozen=True)
class Fall:
    """One line: a rule, and the other settings of its panel."""

    average: Average
    counts: list  # seeds of each point
    clean: float  # value where nobody lies; NaN where that was not run
    survived: float | None  # the largest value up to which it never breaks, None where it breaks at once
    broken: float | None  # the first value at which it has, None where it never does
    sure: bool = True  # no run contradicts the two


@dataclass(frozen=True)
class ByShare:
    """Broken where the mean over the seeds is below a share of its value at 0."""

    share: float

    most, more = "Largest", "larger"

    def clean(self, over):
        return f"at 0 {over}"

    def bound(self, clean):
        return f"below {100 * self.share:.3g}% of {clean}"

    def fall(self, mean, runs, scale):
        if 0.0 not in mean:
            raise Unusable("it has no finished run at 0 to compare with")
        low = np.flatnonzero(mean < self.share * mean[0.0])
        survived = mean.index[-1] if not len(low) else mean.index[low[0] - 1] if low[0] else None
        return survived, mean.index[low[0]] if len(low) else None, True


@dataclass(frozen=True)
class BySearch:
    """Broken where the search found it so, from most of the runs at a level."""

    answers: Answers

    @property
    def most(self):
        return "Smallest" if self.answers.falls else "Largest"

    @property
    def more(self):
        return "smaller" if self.answers.falls else "larger"

    def clean(self, over):
        return "at the first level"

    def bound(self, clean):
        side, bound = "below" if self.answers.below else "above", self.answers.bound
        known = f"{100 * bound:.3g}% of {clean}" if self.answers.of_clean else f"{bound:.6g}"
        return f"{side} {known} in most runs"

    def fall(self, mean, runs, scale):
        answer = self.answers.of(runs[0])
        if isinstance(answer, str):
            raise Unusable(answer)
        places = {run.swept.get(self.answers.over): scale(run, run.swept[self.answers.over]) for run in runs
                  if self.answers.over in run.swept}  # a share of all workers depends on the run
        return places.get(answer.survives), places.get(answer.breaks), answer.sure


def falls_of(curves, over, scale, column, judge, warn):
    """id of a curve -> its fall; `scale(run, value)` is the place of a value on the axis. Others are left out."""
    falls, reasons = {}, []
    for name, curve in curves:
        values = values_of(curve.runs, over, scale, column, warn)
        mean = values.mean(axis=1)
        try:
            if values.empty:
                raise Unusable("no run of it is finished")
            survived, broken, sure = judge.fall(mean, curve.runs, scale)
        except Unusable as reason:
            reasons.append(str(reason))
            warn(f"{name} left out: {reason}")
            continue
        table = pd.DataFrame({"x": mean.index, "mean": mean, **band(values)}, index=mean.index)
        table = table[np.isfinite(table["mean"])]  # a diverged run's loss is not on the paper
        stops = [(broken, mean[broken])] if broken in mean and math.isfinite(mean[broken]) else []
        counts = list(values.count(axis=1))
        falls[id(curve)] = Fall(Average(table, stops, max(counts)), counts, mean.get(0.0, math.nan), survived, broken,
                                sure)
    if not falls:
        raise NothingToDraw(f"nothing is left to draw: {reasons[0]}")
    return falls


def values_of(runs, over, scale, column, warn):
    """A row for each place on the axis, a column for each seed."""
    values = {}
    for run in runs:
        try:
            value = final(run, column)
            if over in run.swept:
                values.setdefault(scale(run, run.swept[over]), []).append(value)
        except Unusable as reason:
            warn(f"{run.path} left out: {reason}")
    return pd.DataFrame({place: pd.Series(found) for place, found in sorted(values.items())}).T
