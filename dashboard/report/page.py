"""What a report says -> one HTML page. Every value is escaped by the template library; one kind of value is markup: charts."""

from __future__ import annotations

import base64
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from dashboard.report.contents import Contents
from dashboard.report.text import visible

_HERE = Path(__file__).parent
_ICON = _HERE.parent / "icon.svg"


def as_page(said: Contents) -> str:
    """The page, whole: style, icon and charts are inside it."""
    icon = base64.b64encode(_ICON.read_bytes()).decode("ascii")
    return _environment().get_template("report.html").render(said=said, icon=icon)


def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        finalize=_seen,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _seen(value: object) -> object:
    """Text with its invisible signs written out. What is markup already was made by `drawing` of visible text."""
    return visible(value) if type(value) is str else value
