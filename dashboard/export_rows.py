"""Which rows a page offers to export, and what they are, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from storage.exports import Source, of_run, of_view
from storage.selection import Selection


@dataclass(frozen=True, slots=True)
class Offered:
    """One kind of rows."""

    title: str
    meaning: str
    """What one row is."""
    source: Source


_KINDS: Mapping[str, tuple[str, str]] = {
    "answers": ("Answers", "A row for each answer of a checkpoint to a blank, with its first word and its figures."),
    "predictions": ("Predictions", "A row for each word of each list, with its rank and its probability."),
    "candidates": (
        "Candidates",
        "A row for each word that was named, a candidate or an expected word, with its score by each checkpoint.",
    ),
    "agreements": ("Agreements", "A row for each pair of checkpoints at a blank, with how alike their lists are."),
    "prompts": ("Prompts", "A row for each prompt that was asked."),
    "asks": ("Asks", "A row for each time that an answer was asked for: when, by whom, and in which run."),
    "refused_prompts": ("Refused texts", "A row for each text that could not be asked, with the reason."),
}


def rows_of_selection(selection: Selection) -> tuple[Offered, ...]:
    """Of the part of the history that the filters select."""
    return tuple(
        Offered(title, meaning, of_view(view, selection))
        for view, (title, meaning) in _KINDS.items()
        if view != "refused_prompts"
    )


def rows_of_run(run_id: str, *, refused: bool) -> tuple[Offered, ...]:
    """Of one run; `refused` where some of its texts could not be asked."""
    return tuple(
        Offered(title, meaning, of_run(view, run_id))
        for view, (title, meaning) in _KINDS.items()
        if refused or view != "refused_prompts"
    )
