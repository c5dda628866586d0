"""The words around a figure: its title, the task under it, and the small print that says what is drawn."""

from . import average, labels


def title(runs):
    return ", ".join(dict.fromkeys(run.name for run in runs)) if len({run.name for run in runs}) < 4 else ""


def subtitle(runs):
    """The task and the crew, as far as all runs have them in common."""
    task = [run.manifest["task"] for run in runs]
    crew = [run.manifest["workers"] for run in runs]
    model, dataset, parameters = common(task, "model"), common(task, "dataset"), common(task, "parameters")
    said = []
    if model and dataset and model != dataset:
        said.append(f"{model} on {dataset}")
    elif model or dataset:
        said.append(str(model or dataset))
    if labels.is_number(parameters):
        said.append(f"{parameters:,} parameters")
    count, byzantine = common(crew, "count"), common(crew, "byzantine")
    if count and byzantine is not None:
        said.append(f"{count} workers, {byzantine or 'none'} of them byzantine")
    elif count:
        said.append(f"{count} workers")
    return ", ".join(said)


def common(records, name):
    found = [record.get(name) for record in records]
    return found[0] if all(value == found[0] for value in found) else None


def small_print(runs, sweep, averages, chances):
    said = [average.in_words([mean.seeds for mean in averages])]
    if chances:
        said.append(f"Dotted line: chance, {' and '.join(f'{100 * chance:.3g}%' for chance in chances)}.")
    if any(mean.stops or mean.ended for mean in averages):
        partly = any(mean.stops and not mean.ended for mean in averages)
        said.append("×: diverged" + ("; from there on its accuracy counts as chance." if partly else "."))
    open_runs = sum(not run.finished for run in runs)
    if open_runs:
        said.append(f"{open_runs} of {len(runs)} runs not finished.")
    return " ".join([*said, *in_all_runs(sweep, {"panel"})])


def in_all_runs(sweep, shown):
    """What the sweep names but does not vary, as a list of at most one sentence."""
    fixed = [f"{sweep.titles[axis]} {labels.words(value)}" for axis, value in sweep.fixed.items() if axis not in shown]
    return [f"In all runs: {', '.join(fixed)}."] if fixed else []
