"""Many prompts at once: a file is kept with its run before anything is computed, answered chunk by chunk, resumed where it was.

`submit` keeps the rows, `carry_out` answers them, again after whatever stopped it, and `summarise` says what came of it.
"""

from __future__ import annotations

from pipelines.batch.errors import BatchLeft, BatchProblem
from pipelines.batch.progress import BatchProgress
from pipelines.batch.request import BatchRequest, Submitted, submit
from pipelines.batch.running import Outcome, carry_out, give_up
from pipelines.batch.summary import BatchCounts, Summary, count, summarise

__all__ = [
    "BatchCounts",
    "BatchLeft",
    "BatchProblem",
    "BatchProgress",
    "BatchRequest",
    "Outcome",
    "Submitted",
    "Summary",
    "carry_out",
    "count",
    "give_up",
    "submit",
    "summarise",
]
