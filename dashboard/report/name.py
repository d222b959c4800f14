"""What the file of a report is called."""

from __future__ import annotations

import re

from dashboard.wording import count
from storage.records import Comparison

_LONGEST = 60
"""Characters of the prompt; file systems take 255 bytes for a whole name."""


def report_name(comparison: Comparison) -> str:
    """What is inside, and the day of the run in UTC: `maskboard-report-the-capital-of-france-is-mask-2026-03-01.html`.

    Of the prompt Latin letters and digits alone; where it has none, as of several prompts, how many there are.
    """
    prompts = comparison.prompts
    said = re.sub(r"[^0-9a-z]+", "-", prompts[0].text.lower()).strip("-") if len(prompts) == 1 else ""
    short = said if len(said) <= _LONGEST else said[:_LONGEST].rpartition("-")[0] or said[:_LONGEST]
    about = short if short not in ("", "mask") else count(len(prompts), "prompt").replace(",", "").replace(" ", "-")
    return f"maskboard-report-{about}-{comparison.run.started_at:%Y-%m-%d}.html"
