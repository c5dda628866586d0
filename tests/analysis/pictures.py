"""Reads a picture that a command drew."""

import re


def texts(picture):
    """What stands in an SVG picture."""
    return re.findall(r"<text[^>]*>([^<]+)</text>", picture)
