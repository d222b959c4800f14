"""Where the pages lie, as links and the navigation name them."""

from __future__ import annotations

COMPARE = "dashboard/app_pages/compare.py"
HISTORY = "dashboard/app_pages/history.py"
MODELS = "dashboard/app_pages/models.py"
