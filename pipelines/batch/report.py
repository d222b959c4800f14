"""A batch told in a shell: the JSON that scripts read, and the tables that people read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from pipelines.analysis.disagreements import Order
from pipelines.analysis.report import Paging, View, accuracy_as_json, disagreements_as_json, overlap_as_json
from pipelines.analysis.tables import view_as_tables
from pipelines.batch.summary import MOST_TELLING, BatchCounts, Summary

Json = dict[str, Any]
_ORDER: Order = "rbo"


def summary_as_json(found: Summary) -> Json:
    """The documented JSON of `python -m pipelines batch --json`, and of the HTTP route of a batch."""
    return counts_as_json(found.counts) | {
        "overlap": overlap_as_json(found.overlap),
        "accuracy": accuracy_as_json(found.accuracy) if found.accuracy.checkpoints else None,
        "telling": disagreements_as_json(found.telling, Paging(_ORDER, MOST_TELLING, 0)),
    }


def counts_as_json(counts: BatchCounts) -> Json:
    """The numbers alone."""
    run = counts.run
    return {
        "run_id": run.run_id,
        "status": run.status.value,
        "source": run.options.get("source"),
        "label": run.label,
        "author": run.author,
        "checkpoints": run.options.get("checkpoints"),
        "top_k": run.options.get("top_k"),
        "started_at": run.started_at.isoformat(),
        "finished_at": None if run.finished_at is None else run.finished_at.isoformat(),
        "problem": run.options.get("problem"),
        "n_rows": counts.n_rows,
        "n_pending": counts.n_pending,
        "n_answered": counts.n_answered,
        "n_prompts": counts.n_prompts,
        "n_answers": counts.n_answers,
        "n_reused": counts.n_reused,
        "n_refused": counts.n_refused,
        "n_expected": counts.n_expected,
    }


def summary_as_tables(found: Summary) -> Iterator[RenderableType]:
    """What a person reads at the end of the command."""
    told = summary_as_json(found)
    parts: list[RenderableType] = []
    if found.overlap.pairs:
        parts += view_as_tables(View.OVERLAP, told["overlap"])
    if found.accuracy.checkpoints:
        parts += view_as_tables(View.ACCURACY, told["accuracy"])
    if found.telling.rows:
        parts += view_as_tables(View.DISAGREEMENTS, told["telling"])
    # The tables alone: every comparison in words, tested, is what `analyze` is for.
    yield from (each for each in parts if isinstance(each, Table))
    yield Text(counts_in_words(found.counts))
    yield Text(f"Which differences are real: python -m pipelines analyze --filter run={found.counts.run.run_id}")


def counts_in_words(counts: BatchCounts) -> str:
    """One line with what is done, what is left and how to go on.

    The id of the run stands in it, since that is what `--resume`, History and every filter take.
    """
    said = [f"{counts.n_answered:,} of {counts.n_rows:,} prompts answered"]
    if counts.n_reused:
        said.append(f"{counts.n_reused:,} without running a model")
    if counts.n_refused:
        said.append(f"{counts.n_refused:,} refused, each with its reason in the history")
    if counts.n_pending:
        said.append(f"{counts.n_pending:,} left: --resume {counts.run.run_id}")
    return f"{', '.join(said)}; run {counts.run.run_id}"
