"""A chart as SVG inside a page: of the drawing only shapes and text are kept, and its text takes the colours of the page."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from dashboard.charts import Chart
from dashboard.pictures import INK, QUIET, RULE, svg

_SHAPES = frozenset({"svg", "g", "path", "rect", "line", "circle", "text", "tspan"})
_TRAITS = frozenset(
    {
        "width", "height", "viewBox", "transform", "d", "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "rx", "ry",
        "dx", "dy", "fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray",
        "stroke-linecap", "stroke-linejoin", "stroke-miterlimit", "opacity", "font-family", "font-size", "font-weight",
        "font-style", "text-anchor",
    }
)  # fmt: skip
_OF_THE_PAGE = {INK: "ink", QUIET: "quiet", RULE: "rule"}
"""The colours of a light page, and the classes that stand for them in either mode."""
_PAPER = "#ffffff"
_LONG_NUMBER = re.compile(r"(\.\d\d)\d+")


def drawing(chart: Chart, width: int, description: str) -> str:
    """The chart as an `svg` element that is an image to a screen reader, with `description` for its words.

    `width` is in pixels, without axes and names. What marks say of themselves is left out: `description` stands for it.
    """
    root = _kept(ElementTree.fromstring(svg(chart, width)))  # noqa: S314 - our own drawing, whose text was escaped
    root.set("role", "img")
    root.set("aria-label", description)
    root.set("style", f"--width: {root.get('width')}px")
    return ElementTree.tostring(root, encoding="unicode")


def _kept(drawn: ElementTree.Element) -> ElementTree.Element:
    kept = ElementTree.Element(_name(drawn))
    classes = []
    for trait, value in drawn.items():
        if trait in ("fill", "stroke") and value in _OF_THE_PAGE:
            classes.append(f"{trait}-{_OF_THE_PAGE[value]}")
        elif trait in _TRAITS and "url(" not in value:
            kept.set(trait, _LONG_NUMBER.sub(r"\1", value))
    if classes:
        kept.set("class", " ".join(classes))
    kept.text, kept.tail = drawn.text, drawn.tail
    kept.extend(_kept(each) for each in drawn if _name(each) in _SHAPES and not _is_paper(each))
    return kept


def _is_paper(drawn: ElementTree.Element) -> bool:
    """Whether it is the white sheet under the chart: the page has its own."""
    return _name(drawn) == "rect" and drawn.get("fill") == _PAPER


def _name(drawn: ElementTree.Element) -> str:
    return drawn.tag.rpartition("}")[2]
