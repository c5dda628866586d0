"""The answers of a search for breaking points, from the file that it leaves beside its runs."""

import json
from dataclasses import dataclass

from . import labels

FILE = "breakdown.json"


@dataclass(frozen=True)
class Answer:
    survives: float | None  # the last level before the first that breaks
    breaks: float | None  # None where no level that could run does
    sure: bool  # no run looked at contradicts the two


@dataclass(frozen=True)
class Answers:
    over: str  # the swept axis whose levels were searched
    metric: str
    bound: float
    of_clean: bool  # the bound is a share of the value at the first level
    below: bool  # broken below the bound, else above
    falls: bool  # the levels fall: the last is the smallest
    found: dict  # key of the other swept values -> Answer, or why there is none

    def column(self, runs):
        """The column of metrics.csv that was judged."""
        if not self.metric.startswith("final_"):
            return self.metric
        known = {name for run in runs for name in run.metrics}
        names = [f"{split}_{self.metric.removeprefix('final_')}" for split in ("test", "validation")]
        return next((name for name in names if name in known), self.metric)

    def of(self, run):
        """The Answer for the combination that this run belongs to, or why there is none."""
        return self.found.get(key_of(run.manifest["swept"], self.over),
                              f"{FILE} has no answer for it; give `varangian run` its config again")


def answers_beside(runs, warn):
    """Of the search whose runs these are; None where they are not those of one search."""
    folders = {run.path.parent for run in runs}
    path = folders.pop() / FILE
    if folders or not path.exists():
        return None
    try:
        return parsed(json.loads(path.read_text()))
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError) as error:
        warn(f"{path} is not what a search leaves ({error!r}); what breaks is told from the runs alone")
        return None


def parsed(file):
    found, levels = {}, []
    for answer in file["answers"]:
        points = number(answer["survives"]), number(answer["breaks"])
        sure = points == (number(answer["surely_survives"]), number(answer["surely_breaks"])) and answer["monotone"]
        failure = answer["failure"]
        found[key_of(answer["swept"], file["over"])] = Answer(*points, sure) if failure is None else str(failure)
        levels = levels or [number(level["level"]) for level in answer["levels"]]
    return Answers(str(file["over"]), str(file["metric"]), float(file["bound"]), file["of_clean"], file["below"],
                   len(levels) > 1 and levels[0] > levels[-1], found)


def number(level):
    return None if level is None else float(level)


def key_of(swept, over):
    return labels.key({axis: value for axis, value in swept.items() if axis not in (over, "seed")})
