"""The commands and their options. Nothing here needs the drawing libraries, so that --help works without them."""

import argparse
from pathlib import Path

from . import arguments

PROGRAM = f"python -m {__package__}"

CURVES_EXAMPLES = """\
examples:
  python -m analysis curves results/quickstart
  python -m analysis curves results/quickstart --x bytes --y test_accuracy --out figures/bytes
  python -m analysis curves results/sweep --panel adversary --color rule --order "adversary=none,minus ten"
  python -m analysis curves results/sweep --only rule=median --only "byzantine workers=0,3,6" --width double

Runs that differ in their seed alone become one curve: their mean, with a band. The small print
under the figure says what the band is. An axis of the sweep that is called "panel" makes the panels;
where many curves would share a panel, further axes make panels too.
"""

HEATMAP_EXAMPLES = """\
examples:
  python -m analysis heatmap results/gallery --sort
  python -m analysis heatmap results/gallery --rows adversary --columns rule --order "rule=mean,median"
  python -m analysis heatmap results/sweep --only "byzantine workers=4" --y train_loss --out figures/losses
  python -m analysis heatmap results/grid --rows alpha --columns "byzantine workers" --worst-over adversary
  python -m analysis heatmap results/grid --worst-over adversary --best-over rule --measure best

Each cell is the mean over the seeds of the last value; a diverged run counts as chance. The row under
the table is each column's worst cell. Dark is bad: a low accuracy, a high value of any other column.
Where the number of liars and the workers' data both vary, a cell is the worst over the adversaries;
any further axis makes tables side by side.
"""

BREAKDOWN_EXAMPLES = """\
examples:
  python -m analysis breakdown results/liars
  python -m analysis breakdown results/liars --share --below 0.8 --panel adversary
  python -m analysis breakdown results/factors --over "adversary factor" --out figures/strength

Draws the final accuracy against the number of liars, a line a rule, with a cross where it first falls
below a share of what it is without liars; and a table of the largest number that each rule survives,
as a second figure and as FILE_STEM-points.csv. The runs of a search for breaking points get their crosses
where the search found them (breakdown.json), unless --below, --y or --over asks for something else.
"""

PHASES_EXAMPLES = """\
example:
  python -m analysis phases results/quickstart --by rule

Draws the time of a round by phases, from timing.csv: the mean over the rounds of all runs with a value.
"""

REPORT_EXAMPLES = """\
examples:
  python -m analysis report results/sweep
  python -m analysis report results/sweep --watch     # http://127.0.0.1:8000, anew while a sweep runs
  python -m analysis report results/sweep --only rule=mean,median --out report.html

The page is one file that needs no network: figures, the numbers behind each as csv, a table of runs to
sort and filter, each run's config and manifest, and what could not be read, with the reason.
"""

TENSORBOARD_EXAMPLES = """\
example:
  python -m analysis tensorboard results/sweep --out logs && tensorboard --logdir logs

One folder a run, a scalar for each column of metrics.csv, and the swept values as hyperparameters.
Written again it replaces what it wrote before.
"""

PARQUET_EXAMPLES = """\
example:
  python -m analysis parquet results/sweep --out sweep.parquet

A row for each row of every metrics.csv, the swept values and the run's status beside it.
"""


def parser():
    top = argparse.ArgumentParser(
        prog=PROGRAM,
        description="Draws figures and reports from the run directories that the simulator leaves.",
        epilog="example:\n  python -m analysis curves results/quickstart",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for add in (add_curves, add_heatmap, add_breakdown, add_phases, add_report, add_tensorboard, add_parquet):
        add(commands)
    return top


def add(commands, name, short, description, examples):
    command = commands.add_parser(name, help=short, description=description, epilog=examples,
                                  formatter_class=argparse.RawDescriptionHelpFormatter)
    command.set_defaults(module=name)
    return command


def add_curves(commands):
    curves = add(commands, "curves", "convergence curves, one for each point of a sweep",
                 "Draws convergence curves of every run under DIR.", CURVES_EXAMPLES)
    arguments.add_figure(curves, "curves")
    curves.add_argument("--x", choices=["round", "epoch", "bytes", "seconds"], default="round",
                        help="horizontal axis; bytes and seconds add up over the rounds (default: round)")
    curves.add_argument("--y", metavar="COLUMN[,COLUMN...]", type=arguments.names,
                        help="columns of metrics.csv, one row of panels each "
                             "(default: accuracy and train_loss, or the loss of a task without accuracy)")
    curves.add_argument("--panel", metavar="AXIS[,AXIS...]",
                        help='swept axes that make the panels, the last one across; "none" for one panel')
    curves.add_argument("--color", "--colour", metavar="AXIS", help="swept axis that makes the colours")
    curves.add_argument("--median", metavar="ROUNDS", type=arguments.window,
                        help="running median over so many rounds with a value, 1 for none "
                             "(default: for a noisy train_loss only; the axis label says so)")
    curves.add_argument("--log-y", action="store_true", help="logarithmic vertical axes, accuracies aside")


def add_heatmap(commands):
    heatmap = add(commands, "heatmap", "final values over two swept axes, one cell for each pair",
                  "Draws the final values of every run under DIR as tables of coloured cells.", HEATMAP_EXAMPLES)
    arguments.add_figure(heatmap, "heatmap")
    heatmap.add_argument("--y", metavar="COLUMN", help="column of metrics.csv (default: the test's accuracy, or loss)")
    heatmap.add_argument("--rows", metavar="AXIS", help="swept axis that goes down (default: the longer one)")
    heatmap.add_argument("--columns", metavar="AXIS", help="swept axis that goes across")
    heatmap.add_argument("--worst-over", metavar="AXIS[,AXIS...]", type=arguments.names, default=[],
                         help="a cell is the worst over these axes, for example the adversaries")
    heatmap.add_argument("--best-over", metavar="AXIS[,AXIS...]", type=arguments.names, default=[],
                         help="and then the best over these, for example the rules")
    heatmap.add_argument("--measure", choices=["last", "best"], default="last",
                         help="last value of a run, or the best over the rounds of the seeds' mean, as ByzFL has it "
                              "(default: last)")
    heatmap.add_argument("--sort", action="store_true",
                         help="rows that harm most come first, by their median over the columns; none before all")
    heatmap.add_argument("--range", metavar="LOW,HIGH", type=arguments.limits,
                         help="values at the ends of the colours (default: all but values far off the others)")
    heatmap.add_argument("--no-worst", dest="worst", action="store_false",
                         help="without the row of worst values, which --worst-over leaves out too")


def add_breakdown(commands):
    breakdown = add(commands, "breakdown", "how many liars each rule survives",
                    "Draws breaking-point curves from a grid of runs over the number of liars.", BREAKDOWN_EXAMPLES)
    arguments.add_figure(breakdown, "breakdown")
    breakdown.add_argument("--y", metavar="COLUMN", help="accuracy in metrics.csv (default: the test's)")
    breakdown.add_argument("--over", metavar="AXIS", help="swept axis of numbers (default: that of the liars)")
    breakdown.add_argument("--below", metavar="SHARE", type=arguments.fraction,
                           help="share of the accuracy without liars below which a rule is broken (default: what a "
                                "search for breaking points found, else 0.5)")
    breakdown.add_argument("--share", action="store_true", help="liars as a share of all workers")
    breakdown.add_argument("--panel", metavar="AXIS[,AXIS...]", help='axes that make the panels; "none" for one panel')
    breakdown.add_argument("--color", "--colour", metavar="AXIS", help="swept axis that makes the lines' colours")


def add_phases(commands):
    phases = add(commands, "phases", "where the time of a round goes",
                 "Draws the time of a round by phases.", PHASES_EXAMPLES)
    arguments.add_figure(phases, "phases")
    phases.add_argument("--by", metavar="AXIS", help="a bar for each value of this swept axis (default: the rule's)")


def add_report(commands):
    report = add(commands, "report", "one page with figures, runs and their configs",
                 "Writes one self-contained HTML page about every run under DIR.", REPORT_EXAMPLES)
    arguments.add_runs(report)
    report.add_argument("--title", metavar="TEXT", help="title (default: name of the experiment)")
    report.add_argument("--out", metavar="FILE", type=Path, help="where to write (default: DIR/report.html)")
    report.add_argument("--watch", action="store_true",
                        help="serve the page on this machine, and make it anew whenever a run has changed")
    report.add_argument("--port", type=arguments.port, default=8000,
                        help="port of --watch, 0 for any that is free (default: 8000)")


def add_tensorboard(commands):
    tensorboard = add(commands, "tensorboard", "event files for TensorBoard",
                      "Writes the metrics of every run under DIR as TensorBoard event files.", TENSORBOARD_EXAMPLES)
    arguments.add_runs(tensorboard)
    tensorboard.add_argument("--out", metavar="LOGDIR", type=Path, required=True, help="folder for TensorBoard")


def add_parquet(commands):
    parquet = add(commands, "parquet", "all metrics in one Parquet file",
                  "Writes the metrics of every run under DIR as one Parquet file.", PARQUET_EXAMPLES)
    arguments.add_runs(parquet)
    parquet.add_argument("--out", metavar="FILE", type=Path, required=True, help="Parquet file to write")
