"""How sure are they? Distributions of a checkpoint's figures, at a moment and over time."""

from __future__ import annotations

from enum import StrEnum

import pyarrow as pa

from storage.database import Database
from storage.measures.reading import Page, read, read_page
from storage.selection import Selection

AnswerPage = Page

LEVELS = tuple(step / 100 for step in range(101))
"""The quantiles that are told: enough to draw a distribution function, and one row each."""


class Measure(StrEnum):
    """A figure of one answer."""

    TOP_SCORE = "top_score"
    """Probability of the first prediction, 0 to 1."""
    TOP1_MARGIN = "top1_margin"
    """ln p1 - ln p2."""
    EFFECTIVE_CHOICES = "effective_choices"
    """e^entropy of the full distribution; unknown for imported answers, as the margin."""


def quantiles(database: Database, selection: Selection) -> pa.Table:
    """Columns checkpoint_id, measure, q (0, 0.01 .. 1), value, n: linear between the two nearest prompts.

    A prompt with several masks is one value, their mean. Where all asks count a prompt weighs as often as it was asked; n is
    the number of distinct prompts all the same. So in the other questions here.

    A measure that is unknown for every answer of a checkpoint has no rows.
    """
    return read(database, "quantiles", selection, levels=list(LEVELS))


def rank_scores(database: Database, selection: Selection, depth: int | None = 10) -> pa.Table:
    """Columns checkpoint_id, rank, low, median, high, n: the quartiles of the probability at each rank.

    Ranks count distinct words (or pieces, in that space); a word that two pieces stand for has the probability of the better
    one. Lines without a score are left out, and a rank that has none has no row.
    """
    return read(database, "rank_scores", selection, space=selection.space.value, depth=depth)


def over_time(database: Database, selection: Selection) -> pa.Table:
    """Columns period, unit, checkpoint_id, measure, low, median, high, n: the quartiles in each period.

    `period` is the first moment, UTC, of a day, an ISO week, a month or a quarter, as `unit` says: the finest of which at most
    60 lie between the first and the last. An answer counts in the period of its first passing ask, or of each of them where
    all asks count.
    """
    return read(database, "over_time", selection)


def answers_between(
    database: Database,
    selection: Selection,
    measure: Measure | str,
    low: float | None = None,
    high: float | None = None,
    *,
    checkpoint_id: int | None = None,
    limit: int = 100,
    offset: int = 0,
) -> AnswerPage:
    """Answers whose measure lies between two values, both included; the greatest first. None bounds nothing.

    Columns prompt_id, prompt, mask_index, checkpoint_id, top_word, top_score, top1_margin, effective_choices, last_asked_at,
    run_id (the latest that asked). Raises ValueError for an unknown measure.
    """
    return read_page(
        database,
        "answers_between",
        selection,
        measure=Measure(measure).value,
        low=low,
        high=high,
        checkpoint_id=checkpoint_id,
        limit=limit,
        offset=offset,
    )
