"""From the start of the server to its end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from streamlit.starlette import App

from dashboard.downloads_route import sweeping


@asynccontextmanager
async def lifespan(app: App) -> AsyncIterator[None]:
    """A caretaker works while the server runs; then the prepared files are removed, however it was told to stop."""
    from dashboard.caretaker import Caretaker  # what the pages import too; the address is said before

    caretaker = Caretaker()
    caretaker.start()
    try:
        async with sweeping(app):
            yield
    finally:
        caretaker.stop()
