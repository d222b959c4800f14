"""The page of documentation: whole in itself. It fetches nothing, runs nothing, and is drawn from the OpenAPI document."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from dashboard.api.described import sections
from dashboard.api.problems import KINDS

_HERE = Path(__file__).parent
_ICON = _HERE.parent / "icon.svg"
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def documentation(described: Mapping[str, Any], address: str) -> Response:
    """The page for an OpenAPI document. `address` is where the API stands, such as `http://127.0.0.1:8501/api`."""
    icon = base64.b64encode(_ICON.read_bytes()).decode("ascii")
    page = (
        _environment()
        .get_template("documentation.html")
        .render(
            about=described["info"]["description"],
            version=described["info"]["version"],
            address=address,
            sections=sections(described, address),
            kinds=KINDS,
            icon=icon,
        )
    )
    return HTMLResponse(page, headers=_HEADERS)


def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
