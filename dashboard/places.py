"""Where the pages lie, as links and the navigation name them."""

from __future__ import annotations

COMPARE = "dashboard/app_pages/compare.py"
HISTORY = "dashboard/app_pages/history.py"
DISTRIBUTIONS = "dashboard/app_pages/distributions.py"
VOCABULARY = "dashboard/app_pages/vocabulary.py"
DIVERSITY = "dashboard/app_pages/diversity.py"
DISAGREEMENTS = "dashboard/app_pages/disagreements.py"
ACCURACY = "dashboard/app_pages/accuracy.py"
MODELS = "dashboard/app_pages/models.py"
