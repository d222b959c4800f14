"""Where the pages lie, as links and the navigation name them: beside `dashboard/main.py`."""

from __future__ import annotations

COMPARE = "app_pages/compare.py"
BATCH = "app_pages/batch.py"
HISTORY = "app_pages/history.py"
DISTRIBUTIONS = "app_pages/distributions.py"
VOCABULARY = "app_pages/vocabulary.py"
DIVERSITY = "app_pages/diversity.py"
DISAGREEMENTS = "app_pages/disagreements.py"
ACCURACY = "app_pages/accuracy.py"
SQL = "app_pages/sql.py"
MODELS = "app_pages/models.py"
