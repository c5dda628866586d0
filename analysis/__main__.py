"""python -m analysis COMMAND: figures, reports and exports from run directories."""

import importlib
import sys

from .commands import parser
from .errors import NothingToDraw, UsageError


def warn(message):
    print(f"warning: {message}", file=sys.stderr)


def main(arguments=None):
    asked = parser().parse_args(arguments)
    try:
        # Here, so that --help works where the drawing libraries are not installed.
        draw = importlib.import_module(f".{asked.module}", __package__).draw
    except ImportError as missing:
        needed = {"tensorboard": "pandas and tensorboard", "parquet": "pandas and pyarrow"}
        packages = needed.get(asked.command, "pandas and matplotlib")
        print(f"error: {asked.command} needs the Python packages {packages} ({missing})", file=sys.stderr)
        return 1
    try:
        for path in draw(asked, warn):
            print(path, flush=True)
    except UsageError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except NothingToDraw as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"error: {error.filename or asked.folder}: {error.strerror or error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
