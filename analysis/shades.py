"""Colours for numbers in cells: dark is bad, and few far-off values do not take the differences from the rest."""

from dataclasses import dataclass

import matplotlib
import numpy as np

# Lightness rises evenly from end to end, so that the order shows in grey and to colour-blind readers alike.
SHADES = "viridis"
FENCE = 3.0  # quartile ranges
LIGHT_INK, DARK_INK = "#ffffff", "#111111"


@dataclass(frozen=True)
class Shades:
    low: float
    high: float
    sign: int  # 1 where more is better
    below: bool  # some values lie below the low end, and have its colour
    above: bool

    def color(self, value):
        return matplotlib.colors.to_hex(matplotlib.colormaps[SHADES](self.place(value)))

    def place(self, value):
        """From 0, the worst, to 1."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return share if self.sign > 0 else 1 - share


def shades_of(values, sign, given=None):
    """The colours' range: what is asked for, else all values but those far outside of the middle half."""
    known = np.array([value for value in values if np.isfinite(value)])
    if given:
        low, high = given
    elif len(known):
        first, third = np.quantile(known, [0.25, 0.75])
        room = FENCE * (third - first)
        inside = known[(known >= first - room) & (known <= third + room)]
        low, high = inside.min(), inside.max()
    else:
        low, high = 0.0, 1.0
    if low == high:
        low, high = low - 0.5 * (abs(low) or 1.0), high + 0.5 * (abs(high) or 1.0)
    values = list(values)
    return Shades(float(low), float(high), sign, any(value < low for value in values),
                  any(value > high for value in values))


def ink_on(color):
    """Black or white, whichever stands out more from the colour (WCAG 2.1, contrast ratio)."""
    light = luminance(color)
    return LIGHT_INK if 1.05 / (light + 0.05) > (light + 0.05) / (luminance(DARK_INK) + 0.05) else DARK_INK


def luminance(color):
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
             for part in matplotlib.colors.to_rgb(color)]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
