"""The entrypoint that a bare `streamlit run` finds: the pages, and the one route beside them."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from dashboard.downloads_route import ROUTES, sweeping

app = st.App(Path(__file__).parent / "dashboard" / "main.py", routes=ROUTES, lifespan=sweeping)
