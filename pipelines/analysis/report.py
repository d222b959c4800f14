"""The figures of every view for a shell: the JSON that scripts read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

import pyarrow as pa

from pipelines.analysis.accuracy import METRICS, Accuracy, accuracy
from pipelines.analysis.disagreements import Disagreements, Order, disagreements
from pipelines.analysis.distributions import METRICS as COMPARED
from pipelines.analysis.distributions import Distributions, distributions
from pipelines.analysis.diversity import Diversity, diversity
from pipelines.analysis.overlap import Overlap, overlap
from pipelines.analysis.vocabulary import Vocabulary, vocabulary
from pipelines.statistics import Interval
from storage.database import Database
from storage.measures import SelectedCheckpoint
from storage.selection import Selection

Json = dict[str, Any]


class View(StrEnum):
    """The views of the history, as the pages name them."""

    OVERLAP = "overlap"
    DISTRIBUTIONS = "distributions"
    VOCABULARY = "vocabulary"
    DIVERSITY = "diversity"
    ACCURACY = "accuracy"
    DISAGREEMENTS = "disagreements"


@dataclass(frozen=True, slots=True)
class Paging:
    """Which lines of the disagreements are wanted."""

    order: Order = "rbo"
    limit: int = 50
    offset: int = 0


def view_as_json(view: View, database: Database, selection: Selection, depth: int, paging: Paging | None = None) -> Json:
    """Ask the use case of a view and give what it found as JSON; no figure is NaN, an unknown one is null."""
    if view is View.DISAGREEMENTS:
        wanted = paging or Paging()
        found = disagreements(database, selection, depth, wanted.order, wanted.limit, wanted.offset)
        return disagreements_as_json(found, wanted)
    return _VIEWS[view](database, selection, depth)


def overlap_as_json(found: Overlap) -> Json:
    """`n_prompts`, `depth`, `pairs` with an interval for each figure, and whether one pair agrees more than another.

    `overlap_attainable`: the mean of the greatest overlap that the two vocabularies allow; null where one is not known.
    `low_coverage`: of the compared distributions, how many put under half of their probability on the shared words.
    """
    return {
        "n_prompts": found.n_prompts,
        "depth": found.depth,
        "pairs": [
            {
                "checkpoint_a": pair.a.label,
                "checkpoint_b": pair.b.label,
                "n": pair.n,
                "overlap": _interval(pair.overlap),
                "jaccard": _interval(pair.jaccard),
                "rbo": _interval(pair.rbo),
                "rbo_minimum": pair.rbo_minimum,
                "overlap_attainable": pair.overlap_attainable,
                "jaccard_attainable": pair.jaccard_attainable,
                "jsd_shared": _interval(pair.jsd_shared),
                "top1_same": _interval(pair.top1_same),
                "low_coverage": pair.low_coverage,
            }
            for pair in found.pairs
        ],
        "contrasts": [
            {
                "first": [each.first.a.label, each.first.b.label],
                "second": [each.second.a.label, each.second.b.label],
                "metric": "rbo",
                **_difference(each),
            }
            for each in found.contrasts
        ],
    }


def distributions_as_json(found: Distributions) -> Json:
    """Quartiles of each measure, the rank-score curve, the course over time and the paired differences."""
    return {
        "n_prompts": found.n_prompts,
        "summaries": [
            {
                "checkpoint": each.checkpoint.label, "measure": each.measure, "low": each.low, "median": each.median,
                "high": each.high, "n": each.n,
            }
            for each in found.summaries
        ],
        "quantiles": _rows(found.quantiles),
        "rank_scores": _rows(found.rank_scores),
        "over_time": _rows(found.over_time),
        "pairs": [
            {"a": each.a.label, "b": each.b.label, "metric": COMPARED[each.measure], **_difference(each)}
            for each in found.differences
        ],
    }  # fmt: skip


def vocabulary_as_json(found: Vocabulary) -> Json:
    """The regions and the words that mark a checkpoint."""
    return {
        "n_prompts": found.n_prompts,
        "depth": found.depth,
        "regions": [
            {
                "checkpoints": _labels(each.checkpoints), "words": each.words, "predictions": each.predictions,
                "mass": each.mass, "examples": list(each.examples),
            }
            for each in found.regions
        ],
        "marking": [
            {
                "checkpoint": each.checkpoint.label, "word": each.word, "count": each.count, "other_count": each.other_count,
                "log_odds": each.log_odds, "z": each.z,
            }
            for each in found.marking
        ],
    }  # fmt: skip


def diversity_as_json(found: Diversity) -> Json:
    """Hill profile, rarefied numbers, coverage and uniqueness of each checkpoint."""
    return {
        "n_prompts": found.n_prompts,
        "depth": found.depth,
        "size": found.size,
        "checkpoints": [
            {
                "checkpoint": each.checkpoint.label,
                "predictions": each.predictions,
                "words": each.words,
                "hill": [{"q": q, "value": value} for q, value in each.hill],
                "rarefied": [{"q": q, **asdict(band)} for q, band in enumerate(each.rarefied)],
                "coverage": each.coverage,
                "unique_words": each.unique_words,
                "uniqueness": each.uniqueness,
            }
            for each in found.rows
        ],
        "curves": _rows(found.curves),
        "over_time": _rows(found.over_time),
        "periods_left_out": found.periods_left_out,
    }


def accuracy_as_json(found: Accuracy) -> Json:
    """Each metric with its interval per checkpoint, the bins of the reliability diagram, and the paired differences."""
    return {
        "mrr_depth": found.mrr_depth,
        "checkpoints": [
            {
                "checkpoint": each.checkpoint.label,
                "n": each.n,
                **{metric: _interval(getattr(each, metric)) for metric in METRICS},
                "n_nll": each.n_nll,
                "n_brier": each.n_brier,
                "n_long": each.n_long,
                "ece": each.ece,
                "n_calibration": each.n_calibration,
                "bins": [asdict(one) for one in each.bins],
            }
            for each in found.checkpoints
        ],
        "pairs": [{"a": each.a.label, "b": each.b.label, "metric": each.metric, **_difference(each)} for each in found.pairs],
    }


def disagreements_as_json(found: Disagreements, paging: Paging) -> Json:
    """A page of the ranking, each line with its reason; `truncated` says whether lines follow."""
    return {
        "n": found.n,
        "depth": found.depth,
        "order": found.order,
        "limit": paging.limit,
        "offset": paging.offset,
        "truncated": paging.offset + len(found.rows) < found.n,
        "rows": [
            {key: value.label if isinstance(value, SelectedCheckpoint) else value for key, value in _fields(row).items()}
            for row in found.rows
        ],
    }


_VIEWS: Mapping[View, Callable[[Database, Selection, int], Json]] = {
    View.OVERLAP: lambda database, selection, depth: overlap_as_json(overlap(database, selection, depth)),
    View.DISTRIBUTIONS: lambda database, selection, depth: distributions_as_json(distributions(database, selection, depth)),
    View.VOCABULARY: lambda database, selection, depth: vocabulary_as_json(vocabulary(database, selection, depth)),
    View.DIVERSITY: lambda database, selection, depth: diversity_as_json(diversity(database, selection, depth)),
    View.ACCURACY: lambda database, selection, depth: accuracy_as_json(accuracy(database, selection)),
}


def _interval(found: Interval | None) -> Json | None:
    return None if found is None else {"mean": found.mean, "low": found.low, "high": found.high, "n": found.n}


def _difference(found: Any) -> Json:  # noqa: ANN401 - a contrast of pairs, of surenesses or of accuracies
    difference = found.difference
    return {
        "difference": difference.mean,
        "low": difference.low,
        "high": difference.high,
        "n": difference.n,
        "p": difference.p,
        "p_holm": found.p_holm,
        "test": difference.test,
        "verdict": found.verdict,
    }


def _labels(checkpoints: tuple[SelectedCheckpoint, ...]) -> list[str]:
    return [each.label for each in checkpoints]


def _fields(row: Any) -> Json:  # noqa: ANN401 - any record with slots
    return {name: getattr(row, name) for name in row.__slots__}


def _rows(table: pa.Table) -> list[Json]:
    found: list[Json] = table.to_pylist()
    return [{key: value.isoformat() if hasattr(value, "isoformat") else value for key, value in row.items()} for row in found]
