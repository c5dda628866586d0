"""Carries the letters that a picture uses inside the picture, so that it looks the same where the font is not there."""

import base64
import html
import io
import re

from fontTools import subset
from matplotlib.font_manager import FontProperties, findfont

FAMILY = "DejaVu Sans"


def embedded(svg):
    """The SVG with a style sheet that holds the letters of its texts."""
    start = svg.index("<defs>") + len("<defs>")
    return f'{svg[:start]}\n  <style type="text/css">{faces(svg)}</style>{svg[start:]}'


def faces(svg):
    """@font-face rules for the letters of these texts, upright and bold."""
    found = {"normal": set(), "bold": set()}
    for style, text in re.findall(r"<(?:text|tspan)([^>]*)>([^<]+)<", svg):
        found["bold" if re.search(r"font:[^;\"]*\b(bold|700)\b|font-weight: ?(bold|700)", style) else "normal"].update(
            html.unescape(text).replace("\n", ""))
    return "".join(face(weight, letters) for weight, letters in found.items() if letters)


def face(weight, letters):
    options = subset.Options(flavor="woff", layout_features=["kern"], hinting=False, notdef_outline=True)
    options.drop_tables += ["FFTM"]  # FontForge's time stamps
    font = subset.load_font(findfont(FontProperties(family=FAMILY, weight=weight)), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=map(ord, letters))
    subsetter.subset(font)
    packed = io.BytesIO()
    subset.save_font(font, packed, options)
    data = base64.b64encode(packed.getvalue()).decode()
    return (f"@font-face{{font-family:'{FAMILY}';font-weight:{weight};"
            f"src:url(data:font/woff;base64,{data}) format('woff')}}")
