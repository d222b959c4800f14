"""The tables of the page of the distributions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from dashboard.charts.distributions import MEASURES
from dashboard.wording import about, percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipelines.analysis.distributions import Distributions
    from storage.measures import AnswerPage, SelectedCheckpoint

_SUMMARIES = pa.schema(
    {"checkpoint": pa.string(), "answers": pa.int64(), "full": pa.int64()} | {each.name: pa.string() for each in MEASURES}
)


def of_measure(table: pa.Table, measure: str) -> pa.Table:
    """The rows of one measure."""
    return table.filter(pc.equal(table.column("measure"), measure))


def summaries_table(found: Distributions) -> pa.Table:
    """A row for each checkpoint: the median of each measure with its quartiles, in words."""
    words = {
        (each.checkpoint.label, each.measure): _middle(each.measure, each.low, each.median, each.high)
        for each in found.summaries
    }
    rows = [
        {"checkpoint": each.label, "answers": each.n_answers, "full": each.n_full}
        | {measure.name: words.get((each.label, measure.name), "not known") for measure in MEASURES}
        for each in found.checkpoints
    ]
    return pa.Table.from_pylist(rows, schema=_SUMMARIES)


def _middle(measure: str, low: float, median: float, high: float) -> str:
    if measure == "top_score":
        return f"{percent(median)} ({percent(low)} to {percent(high)})"
    if measure == "top1_margin":
        return f"{median:.2f} ({low:.2f} to {high:.2f})"
    return f"{about(median)} ({about(low)} to {about(high)})"


def answers_table(page: AnswerPage, checkpoints: Sequence[SelectedCheckpoint]) -> pa.Table:
    """The answers of a range, named by their labels, with a link to the run of each."""
    return linked(page.table, checkpoints).select(
        ["prompt", "blank", "checkpoint", "top_word", "top_score", "top1_margin", "effective_choices", "last_asked_at", "run"]
    )


def linked(table: pa.Table, checkpoints: Sequence[SelectedCheckpoint]) -> pa.Table:
    """The table with `checkpoint` (label), `blank` (from 1) and `run` (a link that opens it) beside its keys."""
    labels = {each.checkpoint_id: each.label for each in checkpoints}
    names = [labels[key] for key in table.column("checkpoint_id").to_pylist()]
    runs = [run_link(run_id) for run_id in table.column("run_id").to_pylist()]
    table = table.append_column("checkpoint", pa.array(names, pa.string()))
    table = table.append_column("blank", pc.add(table.column("mask_index"), 1))
    return table.append_column("run", pa.array(runs, pa.string()))


def run_link(run_id: object) -> str:
    """The address of a run, as seen from a neighbouring page."""
    return f"history?run={run_id}"
