"""Colours and strokes that stay apart for colour-blind readers and on a grey printer."""

from dataclasses import dataclass

import matplotlib

from .labels import MISSING, is_number, key

# Okabe and Ito's colours without the yellow, which is too light for a line on white.
OKABE_ITO = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"]
DASHES = ["solid", (0, (4, 1.5)), (0, (1, 1.2)), (0, (5, 1.3, 1, 1.3))]
MARKERS = ["o", "s", "^", "D", "v"]
UNSET = "#777777"

INK = "#222222"
FAINT = "#6b6b6b"
GRID = "#e4e4e4"


@dataclass(frozen=True)
class Pen:
    color: str
    dash: object = "solid"
    marker: str | None = None


def colors(values):
    """key -> (colour, lap): a sequential map for numbers, else Okabe-Ito, lap by lap."""
    given = [value for value in values if value is not MISSING]
    chosen = {key(MISSING): (UNSET, 0)}
    if given and all(is_number(value) for value in given):
        # The light end of viridis is cut off: it vanishes on white.
        shades = matplotlib.colormaps["viridis"]
        for place, value in enumerate(given):
            shade = 0.86 * place / max(1, len(given) - 1)
            chosen[key(value)] = (matplotlib.colors.to_hex(shades(shade)), 0)
    else:
        for place, value in enumerate(given):
            chosen[key(value)] = (OKABE_ITO[place % len(OKABE_ITO)], place // len(OKABE_ITO))
    return chosen


def pen(color_and_lap, style, styles):
    """Colours that come a second time get another dash; where dashes run out, each further stroke has a marker."""
    color, lap = color_and_lap
    number = style + lap * max(1, styles)
    # Four dashes and five markers have no common factor: the pairs repeat after 20 only.
    marker = MARKERS[number % len(MARKERS)] if number >= len(DASHES) else None
    return Pen(color, DASHES[number % len(DASHES)], marker)
