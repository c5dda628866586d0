"""Puts a report together as one HTML page that needs nothing else: no other file, no network, no script to be read."""

import base64
import gzip
import hashlib
import html
import json
import re
import urllib.parse
from dataclasses import dataclass
from pathlib import Path

from . import fonts

HERE = Path(__file__).parent
# Whatever a run's name or config may hold, a browser fetches nothing and runs no script but the page's own.
POLICY = ("default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; font-src data:; img-src data:; "
          "connect-src 'self'; base-uri 'none'; form-action 'none'")


@dataclass(frozen=True)
class Picture:
    name: str
    heading: str
    svg: str
    data: object  # frame


@dataclass(frozen=True)
class Row:
    name: str
    cells: list  # a text, a number or None for each column after the name
    details: dict  # path, reason, config, manifest
    damaged: bool = False


def document(title, under, facts, notes, pictures, columns, rows, live=False):
    """The page. `facts` and `notes` are lines of text; `live` makes it ask its server for newer ones."""
    svgs = [inline(picture.svg, place, picture.heading) for place, picture in enumerate(pictures)]
    parts = [f"<h1>{html.escape(title)}</h1>", f'<p class="faint">{html.escape(under)}</p>',
             *(f"<p>{html.escape(fact)}</p>" for fact in facts), notes_of(notes)]
    for picture, svg in zip(pictures, svgs):
        parts.append(f'<h2>{html.escape(picture.heading)}</h2><figure><div class="sheet">{svg}</div><figcaption>'
                     f"{link(picture)}</figcaption></figure>")
    parts.append(table_of(columns, rows))
    body = "\n".join(parts)
    styles = (HERE / "report.css").read_text(encoding="utf-8") + fonts.faces("".join(svgs))
    packed = gzip.compress(json.dumps([row.details for row in rows]).encode(), mtime=0)
    page = f"""<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<link rel="icon" href="data:,">
<title>{html.escape(title)}</title>
<style>{styles}</style>
<body>
{body}
{DIALOG}
<script type="application/octet-stream" id="packed">{base64.b64encode(packed).decode()}</script>
<script>{(HERE / "report.js").read_text(encoding="utf-8")}</script>
"""
    version = hashlib.sha256(page.encode()).hexdigest()[:16]
    mark = f' data-version="{version}"' if live else ""
    return f'<!doctype html>\n<html lang="en"{mark}>\n{page}', version


DIALOG = """<dialog id="details"><form method="dialog"><button>close</button></form>
<h2></h2><p class="faint path"></p><p class="bad reason"></p>
<details open><summary>config.json</summary><pre class="config"></pre></details>
<details><summary>manifest.json</summary><pre class="manifest"></pre></details></dialog>"""


def inline(svg, place, heading):
    """An SVG inside the page: without its own head, and with names that no other has."""
    svg = svg[svg.index("<svg"):]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>f{place}-", svg)
    return svg.replace("<svg", f'<svg role="img" aria-label="{html.escape(heading)}"', 1)


def link(picture):
    text = picture.data.to_csv(index=False, lineterminator="\n")
    address = "data:text/csv;charset=utf-8," + urllib.parse.quote(text, safe=" ,.:;()[]{}+*/=_-|~")
    return (f'<a download="{picture.name}.csv" href="{html.escape(address)}">{picture.name}.csv</a>, '
            f"{len(picture.data)} rows")


def notes_of(notes):
    if not notes:
        return ""
    lines = "".join(f"<li>{html.escape(note)}</li>" for note in notes)
    return f'<details{" open" if len(notes) <= 5 else ""}><summary class="bad">{len(notes)} ' \
           f'note{"" if len(notes) == 1 else "s"}</summary><ul>{lines}</ul></details>'


def table_of(columns, rows):
    """`columns` are names; a column is one of numbers where every cell is a number or empty."""
    numeric = [any(is_number(row.cells[place]) for row in rows)
               and all(row.cells[place] is None or is_number(row.cells[place]) for row in rows)
               for place in range(len(columns))]
    heads = "".join(f'<th scope="col"{" class=number" if number else ""}><button>{html.escape(name)}</button></th>'
                    for name, number in zip(["run", *columns], [False, *numeric]))
    lines = "\n".join(row_of(place, row, numeric) for place, row in enumerate(rows))
    return f"""<h2>Runs</h2>
<div class="tools"><input id="filter" type="search" aria-label="Filter runs" autocomplete="off"
 placeholder="filter: words, rule=median, test_accuracy&gt;0.5">
<span id="count" class="faint">{len(rows)} runs</span></div>
<div class="scroll"><table id="runs"><thead><tr>{heads}</tr></thead><tbody>
{lines}
</tbody></table></div>"""


def row_of(place, row, numeric):
    cells = [f'<td><button>{html.escape(row.name)}</button></td>']
    for cell, number in zip(row.cells, numeric):
        if number and cell is not None:
            said = f"{cell:.6g}" if isinstance(cell, float) else str(cell)
            cells.append(f'<td class="number" data-value="{cell!r}">{said}</td>'.replace('"inf"', '"Infinity"'))
        else:
            said = "" if cell is None else html.escape(str(cell))
            cells.append(f'<td class="number">{said}</td>' if number else f"<td>{said}</td>")
    return f'<tr data-run="{place}"{" class=bad" if row.damaged else ""}>{"".join(cells)}</tr>'


def is_number(cell):
    return isinstance(cell, (int, float)) and not isinstance(cell, bool)
