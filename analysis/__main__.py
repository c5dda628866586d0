"""python -m analysis COMMAND: figures from run directories."""

import argparse
import importlib
import sys
from pathlib import Path

from analysis.errors import NothingToDraw, UsageError

CURVES_EXAMPLES = """\
examples:
  python -m analysis curves results/quickstart
  python -m analysis curves results/quickstart --x bytes --y test_accuracy --out figures/bytes
  python -m analysis curves results/sweep --panel adversary --color rule --order "adversary=none,minus ten"
  python -m analysis curves results/sweep --only rule=median --only "byzantine workers=0,3,6"

Runs that differ in their seed alone become one curve: their mean, with a band. The small print
under the figure says what the band is. An axis of the sweep that is called "panel" makes the panels.
"""

HEATMAP_EXAMPLES = """\
examples:
  python -m analysis heatmap results/gallery --sort
  python -m analysis heatmap results/gallery --rows adversary --columns rule --order "rule=mean,median"
  python -m analysis heatmap results/sweep --only "byzantine workers=4" --y train_loss --out figures/losses

Each cell is the mean over the seeds of the last value; a diverged run counts as chance. The row under
the table is each column's worst cell. Dark is bad: a low accuracy, a high value of any other column.
"""


def parser():
    top = argparse.ArgumentParser(
        prog="python -m analysis",
        description="Draws figures from the run directories that the simulator leaves.",
        epilog="example:\n  python -m analysis curves results/quickstart",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    add_curves(commands)
    add_heatmap(commands)
    return top


def add_curves(commands):
    curves = commands.add_parser(
        "curves",
        help="convergence curves, one for each point of a sweep",
        description="Draws convergence curves of every run under DIR, as FILE_STEM.png and FILE_STEM.svg.",
        epilog=CURVES_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    curves.set_defaults(module="analysis.curves")
    add_common(curves, "curves")
    curves.add_argument("--x", choices=["round", "epoch", "bytes", "seconds"], default="round",
                        help="horizontal axis; bytes and seconds add up over the rounds (default: round)")
    curves.add_argument("--y", metavar="COLUMN[,COLUMN...]", type=names,
                        help="columns of metrics.csv, one row of panels each "
                             "(default: accuracy and train_loss, or the loss of a task without accuracy)")
    curves.add_argument("--panel", metavar="AXIS", help='swept axis that makes the panels; "none" for one panel')
    curves.add_argument("--color", "--colour", metavar="AXIS", help="swept axis that makes the colours")
    curves.add_argument("--median", metavar="ROUNDS", type=window,
                        help="running median over so many rounds with a value, 1 for none "
                             "(default: for a noisy train_loss only; the axis label says so)")
    curves.add_argument("--log-y", action="store_true", help="logarithmic vertical axes, accuracies aside")


def add_heatmap(commands):
    heatmap = commands.add_parser(
        "heatmap",
        help="final values over two swept axes, one cell for each pair",
        description="Draws the final values of every run under DIR as a table of coloured cells, "
                    "FILE_STEM.png and FILE_STEM.svg.",
        epilog=HEATMAP_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    heatmap.set_defaults(module="analysis.heatmap")
    add_common(heatmap, "heatmap")
    heatmap.add_argument("--y", metavar="COLUMN", help="column of metrics.csv (default: the test's accuracy, or loss)")
    heatmap.add_argument("--rows", metavar="AXIS", help="swept axis that goes down (default: the longer one)")
    heatmap.add_argument("--columns", metavar="AXIS", help="swept axis that goes across")
    heatmap.add_argument("--sort", action="store_true",
                         help="rows that harm most come first, by their median over the columns; none before all")
    heatmap.add_argument("--range", metavar="LOW,HIGH", type=limits,
                         help="values at the ends of the colours (default: all but values far off the others)")
    heatmap.add_argument("--no-worst", dest="worst", action="store_false", help="without the row of worst values")


def add_common(command, stem):
    """What every figure has: whose runs, which of them, in which order, and where to."""
    command.add_argument("folder", metavar="DIR", type=Path, help="any folder above run directories, or one of them")
    command.add_argument("--order", metavar="AXIS=VALUE[,VALUE...]", type=axis_values, action="append", default=[],
                         help="order of an axis' values; values not named come last")
    command.add_argument("--only", metavar="AXIS=VALUE[,VALUE...]", type=axis_values, action="append", default=[],
                         help="draw only the runs with one of these values on the axis")
    command.add_argument("--title", metavar="TEXT", help="title (default: name of the experiment)")
    command.add_argument("--out", metavar="FILE_STEM", type=Path, help=f"where to write (default: DIR/{stem})")


def names(text):
    found = [name.strip() for name in text.split(",") if name.strip()]
    if not found:
        raise argparse.ArgumentTypeError("no column named; write for example --y test_accuracy,train_loss")
    return list(dict.fromkeys(found))


def axis_values(text):
    axis, equals, values = text.rpartition("=")
    if not equals or not axis or not values:
        raise argparse.ArgumentTypeError(f'"{text}" is not AXIS=VALUE,VALUE; write for example rule=mean,median')
    return axis, [value.strip() for value in values.split(",")]


def limits(text):
    try:
        low, high = map(float, text.split(","))
    except ValueError:
        low = high = 0.0
    if not -float("inf") < low < high < float("inf"):
        raise argparse.ArgumentTypeError(f'"{text}" is not LOW,HIGH; write for example 0.5,0.9')
    return low, high


def window(text):
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f'"{text}" is not a whole number of at least 1')
    return int(text)


def warn(message):
    print(f"warning: {message}", file=sys.stderr)


def main(arguments=None):
    asked = parser().parse_args(arguments)
    try:
        # Here, so that --help works where the drawing libraries are not installed.
        draw = importlib.import_module(asked.module).draw
    except ImportError as missing:
        print(f"error: analysis needs the Python packages pandas and matplotlib ({missing})", file=sys.stderr)
        return 1
    try:
        for path in draw(asked, warn):
            print(path)
    except UsageError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except NothingToDraw as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"error: {error.filename or asked.folder}: {error.strerror}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
