"""The button that gives a run as one page to keep or to send."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial

import streamlit as st

from dashboard.report import as_page, contents, report_name
from dashboard.resources import published_weights
from storage.records import Comparison
from storage.version import VERSION


def report_button(comparison: Comparison) -> None:
    """The page is made when the button is pressed."""
    names = {asked.answer.checkpoint.name for asked in comparison.answers}
    st.download_button(
        "Report",
        partial(_page, comparison, {name: published_weights(name) for name in names}),
        report_name(comparison),
        "text/html",
        key="report",
        on_click="ignore",
        icon=":material/docs:",
        type="tertiary",
        help="The whole run as one page with its charts, to keep, print or send. It opens anywhere, without network.",
    )


def _page(comparison: Comparison, published: Mapping[str, str | None]) -> bytes:
    return as_page(contents(comparison, datetime.now(UTC), VERSION, published.get)).encode("utf-8")
