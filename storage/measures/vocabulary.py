"""Whose words are whose? How often and how probably each checkpoint says each word."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa

from storage.database import Database
from storage.measures.reading import Page, read, read_page
from storage.selection import Counting, Selection

WordPage = Page


def word_counts(database: Database, selection: Selection, depth: int | None = 5, *, common: bool = True) -> pa.Table:
    """One row per word and checkpoint that says it among the first `depth` distinct words of a list; most lists first.

    Every list counts once, also where all asks count: what forty asks of one prompt say again is no new evidence of a word.
    Columns word (or piece, in that space), checkpoint_id, lists, mass (sum of probabilities,
    NULL where one is unknown), firsts (lists that it heads). With `common` only prompts and masks count that every selected
    checkpoint answered, so that counts can be compared.
    """
    return _counts(database, "word_counts", selection, depth, common=common)


def word_counts_over_time(database: Database, selection: Selection, depth: int | None = 5, *, common: bool = True) -> pa.Table:
    """As `word_counts`, in each period: columns period and unit (see `over_time`) before the others."""
    return _counts(database, "word_counts_over_time", selection, depth, common=common)


def lists(database: Database, selection: Selection, depth: int | None = 5, *, common: bool = True) -> pa.Table:
    """What `word_counts` counted: columns checkpoint_id, lists, predictions (distinct words in them), n_prompts."""
    return _counts(database, "list_counts", selection, depth, common=common)


def word_uses(database: Database, selection: Selection, word: str, limit: int = 50, offset: int = 0) -> WordPage:
    """Who says a word (or a piece, in that space), at any rank that is kept; the most probable first, unknown scores last.

    Columns word (as it is said; upper and lower case are the same), prompt_id, prompt, mask_index, checkpoint_id, rank among
    distinct words, score, last_asked_at, run_id (the latest that asked).
    """
    return read_page(database, "word_uses", selection, space=selection.space.value, word=word, limit=limit, offset=offset)


def words_like(database: Database, selection: Selection, start: str, limit: int = 20) -> pa.Table:
    """Words (or pieces) that begin so, in any case: columns word, predictions; the most frequent first."""
    return read(database, "words_like", selection, space=selection.space.value, start=start, limit=max(limit, 0))


def _counts(database: Database, name: str, selection: Selection, depth: int | None, *, common: bool) -> pa.Table:
    once = replace(selection, counting=Counting.DISTINCT)
    return read(database, name, once, space=selection.space.value, depth=depth, common=common)
