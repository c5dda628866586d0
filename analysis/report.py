"""The command `report`: every run under a folder on one HTML page."""

import os
from collections import Counter
from functools import partial

import numpy as np
import pandas as pd

from . import breakdown, curves, document, heatmap, labels, notes, page, phases, quantities, roles, sweep, watch
from .errors import NothingToDraw, Unusable, UsageError
from .frames import table_of_runs
from .runs import survey

POINTS = 30000  # of all curves together


def draw(asked, warn):
    """The path of the page, or the address at which it is served."""
    if asked.watch:
        yield from watch.serve(lambda: page_of(asked, warn, live=True), asked.folder, asked.port, warn)
        return
    text, _ = page_of(asked, warn)
    out = asked.out or asked.folder / "report.html"
    out.parent.mkdir(parents=True, exist_ok=True)
    # Whole or not at all: somebody may be reading the one before.
    half = out.with_name(f"{out.name}.part")
    half.write_text(text, encoding="utf-8")
    os.replace(half, out)
    yield out


def page_of(asked, warn, live=False):
    """The page and its version; what cannot be read or drawn is told on it, and in warnings."""
    told = []

    def tell(message):
        if message not in told:
            told.append(message)
            warn(message)

    runs, damaged = survey(asked.folder, tell)
    for path, reason in damaged.items():
        tell(f"{path} cannot be drawn: {reason}")
    if not runs and not damaged and not live:
        raise NothingToDraw(f"no usable run directory under {asked.folder} (no manifest.json found)")
    if runs:
        runs = sweep.only(runs, asked.only)
        if not runs:
            raise NothingToDraw(f"no run under {asked.folder} has all the values that --only names")
    pictures = pictures_of(runs, tell) if runs else []
    columns, rows = rows_of(runs, damaged, asked.folder)
    title = asked.title or (notes.title(runs) if runs else "") or asked.folder.resolve().name
    return document.document(title, notes.subtitle(runs) if runs else "", facts_of(runs, damaged), told, pictures,
                             columns, rows, live)


def pictures_of(runs, tell):
    """Every figure that these runs allow."""
    numbers = sweep.sweep_of(runs, [])
    found = []

    def add(name, heading, draw, *arguments):
        said = []
        try:
            drawn = draw(runs, *arguments, said.append)
        except NothingToDraw:
            return
        except (UsageError, Unusable) as reason:
            tell(f"{name} not drawn: {reason}")
            return
        for line in gathered(said, name):
            tell(line)
        for drawn, name, heading in zip(*([drawn], [name], [heading]) if isinstance(drawn, page.Drawn) else
                                        (drawn, [name, f"{name}-points"], [heading, "Breaking points"])):
            with page.styled():
                found.append(document.Picture(name, heading, page.svg_of(drawn.sheet), drawn.data))

    add("curves", "Convergence", partial(curves.drawn, points=POINTS), "round", None, None, None, None, False, (), (),
        "", None)
    if len(numbers.axes) > 1:
        add("heatmap", "Final values", heatmap.drawn, None, None, None, (), (), "last", False, None, True, (), (), "",
            None)
    if roles.axis_of("liars", numbers.axes) and quantities.is_accuracy(quantities.default_columns(runs)[0]):
        add("breakdown", "Against the number of liars", breakdown.drawn, None, None, None, False, None, None, (), (),
            "", None)
    add("phases", "Where the time goes", phases.drawn, None, (), (), "", None)
    return found


def gathered(lines, name):
    """What a figure left out, runs with the same reason in one line."""
    reasons = {}
    for line in dict.fromkeys(lines):
        run, left_out, reason = line.partition(" left out: ")
        reasons.setdefault(reason if left_out else line, []).append(run)
    for reason, found in reasons.items():
        if found == [reason]:
            yield f"{name}: {reason}"
        elif len(found) == 1:
            yield f"{name}: {found[0]} left out: {reason}"
        else:
            yield f"{name}: {len(found)} runs left out, {found[0]} first: {reason}"


def facts_of(runs, damaged):
    counts = Counter(run.manifest["status"] for run in runs)
    if damaged:
        counts["unreadable"] = len(damaged)
    versions = Counter(str(run.manifest.get("varangian") or "a version that it does not name") for run in runs)
    said = [f"{sum(counts.values())} runs: " + ", ".join(f"{count} {status}" for status, count in counts.most_common())
            if counts else "No run has begun yet."]
    if versions:
        several = len(versions) > 1
        said.append("Written by varangian " + ", ".join(
            f"{name}{f' ({count} runs)' if several else ''}" for name, count in sorted(versions.items())) + ".")
    lacking = Counter(part for run in runs for part in ("swept", "task", "workers") if not run.manifest[part])
    for part, count in lacking.items():
        if part != "swept":
            said.append(f'{count} of {len(runs)} manifests have no "{part}", as an older version wrote them: '
                        "what stands there is unknown.")
    return said


def rows_of(runs, damaged, folder):
    """Names of the columns, and a row for each run, readable or not."""
    columns, rows = ["status"], []
    if runs:
        table, swept = table_of_runs(runs)
        if len(set(table["experiment"])) > 1:
            swept = ["experiment", *swept]
        finals = [name for name in table if name.startswith("final_") and table[name].notna().any()]
        finals.sort(key=lambda name: not quantities.is_accuracy(name))
        chosen = [*swept, "seed", "status", *finals, "rounds_done", "seconds"]
        columns = [name.removeprefix("final_").replace("_", " ") for name in chosen]
        table["path"] = [run.path for run in runs]
        table["seconds"] = [seconds_of(run) for run in runs]
        for name, cells in table.sort_values([*swept, "seed"]).iterrows():
            rows.append(document.Row(name, [plain(cells[column]) for column in chosen], details(cells["path"], folder)))
    for path, reason in damaged.items():
        cells = ["unreadable" if column == "status" else None for column in columns]
        rows.append(document.Row(path.name, cells, details(path, folder, reason), damaged=True))
    return columns, rows


def plain(cell):
    """A cell of a frame as Python has it: None, a truth value in words, a number or a text."""
    if pd.isna(cell):
        return None
    if isinstance(cell, (bool, np.bool_)):
        return labels.words(bool(cell))
    return cell.item() if isinstance(cell, np.generic) else cell


def seconds_of(run):
    sessions = run.manifest.get("sessions")
    found = [session.get("seconds") for session in sessions if isinstance(session, dict)] \
        if isinstance(sessions, list) else []
    found = [value for value in found if labels.is_number(value)]
    return float(sum(found)) if found else None


def details(path, folder, reason=""):
    """What a reader may want to see of a run: as it stands in its files, even where these are damaged."""
    found = {"path": str(path.relative_to(folder)), "reason": reason}
    for name in ("config", "manifest"):
        try:
            found[name] = (path / f"{name}.json").read_text(encoding="utf-8", errors="replace")
        except OSError:
            found[name] = f"{name}.json is not there"
    return found
