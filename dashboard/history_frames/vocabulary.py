"""The regions and marking words of the page of the vocabularies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pyarrow as pa

from dashboard.history_frames.distributions import linked
from dashboard.palette import MORE_SHARED, CheckpointStyle
from dashboard.wording import listed, percent

if TYPE_CHECKING:
    from pipelines.analysis.vocabulary import Marking, Region, Vocabulary
    from storage.measures import SelectedCheckpoint, WordPage

MOST_REGIONS = 15
"""Four checkpoints have fifteen regions; of more checkpoints the largest are drawn and a table holds the rest."""
MOST_MARKING = 12
"""Words of one checkpoint that a chart holds."""
REGION_SIZES = {"Distinct words": "words", "Predictions": "predictions", "Probability": "mass"}
"""What the bar of a region may show, and the field of `Region` that holds it."""

_BARS = pa.schema(
    {"region": pa.string(), "colour": pa.string(), "value": pa.float64(), "text": pa.string(), "examples": pa.string()}
)
_REGIONS = pa.schema(
    {
        "region": pa.string(), "words": pa.int64(), "predictions": pa.float64(), "mass": pa.float64(), "examples": pa.string(),
    }
)  # fmt: skip
_MARKING = pa.schema(
    {
        "checkpoint": pa.string(), "word": pa.string(), "count": pa.float64(), "other_count": pa.float64(),
        "log_odds": pa.float64(), "z": pa.float64(),
    }
)  # fmt: skip


def region_name(region: Region, checkpoints: Sequence[SelectedCheckpoint]) -> str:
    """Who says these words, in words: `only bert-mini`, `bert-mini and albert-mini`, `all 3`."""
    names = [each.label for each in region.checkpoints]
    if len(names) == len(checkpoints) > 1:
        return "both" if len(names) == 2 else f"all {len(names)}"
    return f"only {names[0]}" if len(names) == 1 else listed(names)


def region_bars_table(found: Vocabulary, size: str, styles: Sequence[CheckpointStyle]) -> pa.Table:
    """A row for each of the largest `MOST_REGIONS` regions, for `charts.region_bars`."""
    colours = {style.label: style.colour for style in styles}
    sized = [(region, float(getattr(region, size) or 0)) for region in found.regions]
    largest = sorted(sized, key=lambda each: -each[1])[:MOST_REGIONS]
    drawn = [each for each in sized if each in largest]
    rows = [
        {
            "region": region_name(region, found.checkpoints),
            "colour": colours[region.checkpoints[0].label] if len(region.checkpoints) == 1 else MORE_SHARED,
            "value": value,
            "text": percent(value) if size == "mass" else f"{value:,.0f}",
            "examples": ", ".join(region.examples),
        }
        for region, value in drawn
    ]
    return pa.Table.from_pylist(rows, schema=_BARS)


def regions_table(found: Vocabulary) -> pa.Table:
    """Every region with its sizes and examples."""
    rows = [
        {
            "region": region_name(region, found.checkpoints),
            "words": region.words,
            "predictions": region.predictions,
            "mass": region.mass,
            "examples": ", ".join(region.examples),
        }
        for region in found.regions
    ]
    return pa.Table.from_pylist(rows, schema=_REGIONS)


def marking_table(marking: Sequence[Marking]) -> pa.Table:
    """Every marking word with its figures."""
    rows = [
        {
            "checkpoint": each.checkpoint.label,
            "word": each.word,
            "count": each.count,
            "other_count": each.other_count,
            "log_odds": each.log_odds,
            "z": each.z,
        }
        for each in marking
    ]
    return pa.Table.from_pylist(rows, schema=_MARKING)


def uses_table(page: WordPage, checkpoints: Sequence[SelectedCheckpoint]) -> pa.Table:
    """Who says a word: one row for each list, with a link to the run."""
    return linked(page.table, checkpoints).select(
        ["prompt", "blank", "checkpoint", "word", "rank", "score", "last_asked_at", "run"]
    )
