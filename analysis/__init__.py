"""Draws what the simulator left in its run directories. Reads files only; never links the simulator."""

import importlib

# Fetched when asked for, so that `python -m analysis --help` works where the drawing libraries are not installed.
_HOMES = {
    "load": "frames",
    "plot_breakdown": "breakdown",
    "plot_curves": "curves",
    "plot_heatmap": "heatmap",
    "plot_phases": "phases",
}
__all__ = list(_HOMES)


def __getattr__(name):
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__():
    return [*globals(), *__all__]
