"""Texts of the command line to what they mean, and the options that several commands have."""

import argparse
from pathlib import Path

WIDTHS = ("single", "double")


def add_runs(command):
    command.add_argument("folder", metavar="DIR", type=Path, help="any folder above run directories, or one of them")
    command.add_argument("--only", metavar="AXIS=VALUE[,VALUE...]", type=axis_values, action="append", default=[],
                         help="take only the runs with one of these values on the axis")


def add_figure(command, stem):
    """What every figure has: whose runs, which of them, in which order, and where to."""
    add_runs(command)
    command.add_argument("--order", metavar="AXIS=VALUE[,VALUE...]", type=axis_values, action="append", default=[],
                         help="order of an axis' values; values not named come last")
    command.add_argument("--title", metavar="TEXT", help="title (default: name of the experiment)")
    command.add_argument("--width", metavar="WIDTH", type=width,
                         help="single or double, a journal's column (3.3 in) or two (6.9 in), or inches "
                              "(default: what the figure needs)")
    command.add_argument("--out", metavar="FILE_STEM", type=Path,
                         help=f"where to write the png, svg and pdf, fonts inside (default: DIR/{stem})")


def names(text):
    found = [name.strip() for name in text.split(",") if name.strip()]
    if not found:
        raise argparse.ArgumentTypeError("no name; write for example test_accuracy,train_loss")
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


def fraction(text):
    try:
        share = float(text)
    except ValueError:
        share = 0.0
    if not 0.0 < share < 1.0:
        raise argparse.ArgumentTypeError(f'"{text}" is not a number between 0 and 1; write for example 0.5')
    return share


def width(text):
    if text in WIDTHS:
        return text
    try:
        inches = float(text)
    except ValueError:
        inches = 0.0
    if not 1.0 <= inches <= 100.0:
        raise argparse.ArgumentTypeError(f'"{text}" is neither single, double nor inches from 1 to 100')
    return inches


def port(text):
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f'"{text}" is not a port from 0 (any that is free) to 65535')
    return int(text)
