"""The entrypoint that a bare `streamlit run` finds: the pages, and the HTTP routes beside them."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from dashboard.api.routes import ROUTES as API
from dashboard.downloads_route import ROUTES as DOWNLOADS
from dashboard.lifespan import lifespan

app = st.App(Path(__file__).parent / "dashboard" / "main.py", routes=(*DOWNLOADS, *API), lifespan=lifespan)
