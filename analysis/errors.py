"""The two ways in which a command can end early, and the nearest name to offer."""

import difflib


class UsageError(Exception):
    """The command line asks for something that is not there; exit code 2."""


class NothingToDraw(Exception):
    """The command line is fine, the run directories are not; exit code 1."""


class Unusable(Exception):
    """Why one run directory is left out."""


def unknown(kind, name, known, where):
    """A UsageError that names what was asked, what there is, and the nearest of it."""
    known = list(known)
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    guess = f'; did you mean "{near[0]}"?' if near else "."
    listed = ", ".join(known) if known else "none at all"
    return UsageError(f'no {kind} "{name}" in {where}{guess} There is: {listed}.')
