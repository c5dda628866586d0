"""What a run says about one column: the value against rounds, epochs, bytes or seconds."""

import numpy as np
import pandas as pd

from . import labels
from .errors import NothingToDraw, Unusable, unknown
from .runs import read_by_round

X_LABELS = {
    "round": "Rounds",
    "epoch": "Epochs",
    "bytes": "Bytes sent by workers and server",
    "seconds": "Seconds (without evaluation)",
}
BYTE_UNITS = [(1e9, "GB"), (1e6, "MB"), (1e3, "kB")]
NOISY_FROM = 100


def default_columns(runs):
    """Accuracy and training loss; a task without accuracy has its loss alone."""
    for accuracy in ("test_accuracy", "validation_accuracy"):
        if any(measured(run, accuracy) for run in runs):
            return [accuracy, "train_loss"]
    return ["test_loss"] if any(measured(run, "test_loss") for run in runs) else ["train_loss"]


def measured(run, column):
    return column in run.metrics and run.metrics[column].notna().any()


def check_columns(runs, columns, folder):
    known = dict.fromkeys(name for run in runs for name in run.metrics if name != "round")
    for column in columns:
        if column not in known:
            raise unknown("column", column, known, f"metrics.csv of the runs under {folder}")
        if not any(measured(run, column) for run in runs):
            raise NothingToDraw(f'"{column}" was never measured: the column is empty in every run under {folder}')


def is_accuracy(column):
    return column.endswith("_accuracy")


def is_loss(column):
    return column.endswith("_loss")


def x_values(run, x):
    """One value for each row of metrics.csv; NaN where it is not known."""
    if x == "round":
        return run.metrics["round"]
    if x == "epoch":
        return column_of(run, "epoch")
    if x == "bytes":
        sent = column_of(run, "bytes_up").fillna(0) + column_of(run, "bytes_down").fillna(0)
        return sent.cumsum()
    return seconds(run)


def column_of(run, name):
    # A run can diverge before its first value; it still counts among the seeds.
    if name not in run.metrics or not (run.diverged or measured(run, name)):
        raise Unusable(f"{name} was not measured")
    return run.metrics[name]


def seconds(run):
    """Time since the start by phases; evaluating is our measurement and no part of the training."""
    timing = read_by_round(run, "timing.csv")
    phases = timing.drop(columns=["round", "evaluate"], errors="ignore").fillna(0)
    spent = pd.Series(phases.sum(axis=1).cumsum().to_numpy(), index=timing["round"])
    known = spent.reindex(run.metrics["round"])
    known[known.index < spent.index[0]] = 0.0  # the evaluation at the initial weights
    return pd.Series(known.to_numpy())


def series(run, x, column, window):
    """Columns x and y by round, only where y was measured. A diverged run ends at its last finite value."""
    y = column_of(run, column)
    table = pd.DataFrame({"round": run.metrics["round"], "x": x_values(run, x), "y": y}).dropna()
    finite = np.isfinite(table[["x", "y"]]).all(axis=1).to_numpy()
    if not finite.all():
        stop = int(np.argmin(finite))
        if not run.diverged:
            at = int(table["round"].iloc[stop])
            raise Unusable(f"{column} is not finite at round {at}, and its status is {run.manifest['status']}")
        table = table.iloc[:stop]
    if table.empty and not run.diverged:
        raise Unusable(f"{column} has no finite value against {x}")
    table = table.set_index("round")
    if window > 1:
        table["y"] = table["y"].rolling(window, center=True, min_periods=1).median()
    return table


def median_window(runs, column):
    """A window for a train_loss that jumps from round to round, else 1: no other column is ever smoothed."""
    if column != "train_loss":
        return 1
    lengths, jumps = [], []
    for run in runs:
        values = run.metrics[column].replace(np.inf, np.nan).dropna() if column in run.metrics else []
        if len(values) > NOISY_FROM:
            low, high = np.quantile(values, [0.05, 0.95])
            lengths.append(len(values))
            jumps.append(values.diff().abs().median() / max(high - low, 1e-300))
    if not jumps or np.median(jumps) < 0.01:
        return 1
    return 2 * round(np.median(lengths) / 100) + 1


def y_label(column, window):
    text = labels.column(column)
    return text if window == 1 else f"{text}\n(running median of {window} rounds)"


def x_scale(x, largest):
    """Divisor and label of the horizontal axis."""
    if x != "bytes":
        return 1.0, X_LABELS[x]
    unit, name = next((pair for pair in BYTE_UNITS if largest >= 10 * pair[0]), (1e6, "MB"))
    return unit, f"{X_LABELS[x]} ({name})"
