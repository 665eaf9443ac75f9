"""The figures of a report, each as a document of its own with its caption and its words."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

_FIGURE = re.compile(
    r"(?:<figcaption>(?P<caption>(?:(?!</figcaption>).)*)</figcaption>\s*)?"
    r"(?P<svg><svg\b.*?</svg>)",
    re.DOTALL,
)
_LABEL = re.compile(r'<svg\b[^>]*\baria-label="([^"]*)"')
_NOTE = re.compile(r'<span class="muted">(.*?)</span>', re.DOTALL)
_TITLE = re.compile(r"<strong>(.*?)</strong>", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


@dataclass(frozen=True)
class Plot:
    """One figure.

    Attributes:
        svg: The figure as an SVG document.
        title: What it shows.
        note: How to read it; may be empty.
        text: What it shows in words and figures, for who cannot see it.
    """

    svg: str
    title: str
    note: str
    text: str


def plots_of(page: str) -> list[Plot]:
    """Return the figures of a report's page, in their order."""
    style = "".join(_STYLE.findall(page))
    found = []
    for figure in _FIGURE.finditer(page):
        caption = figure["caption"] or ""
        labelled = _LABEL.match(figure["svg"])
        text = html.unescape(labelled[1]) if labelled else ""
        titled, noted = _TITLE.search(caption), _NOTE.search(caption)
        # A caption that only names a column is said in full by the label: what over what.
        title = _words(titled[1]) if titled else text.partition(":")[0].partition(",")[0]
        note = _words(noted[1]) if noted else ""
        found.append(Plot(_document(figure["svg"], style), title, note, text))
    return found


def _words(markup: str) -> str:
    return " ".join(html.unescape(_TAG.sub("", markup)).split())


def _document(figure: str, style: str) -> str:
    """Return an inline figure as a document of its own, with the style of its page."""
    head, _, rest = figure.partition(">")
    if "xmlns=" not in head:
        head = head.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
    return f"{head}><style><![CDATA[{style.replace(']]>', '')}]]></style>{rest}"
