"""What two runs, or two days, say differently at the same prompts."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date

from storage.database import Cursor, Database
from storage.drift import same_weights
from storage.lookup import read_checkpoints
from storage.questions import question
from storage.records import Checkpoint

ORDERS = ("drift", "ranks", "rbo", "prompt")
"""What may come first: the greatest drift, the most changed places, the lists least alike, the prompt asked first."""


@dataclass(frozen=True, slots=True)
class Side:
    """A run, or all that was asked on a day. Raises ValueError unless exactly one is named."""

    run_id: str | None = None
    day: date | None = None
    """UTC."""

    def __post_init__(self) -> None:
        if (self.run_id is None) == (self.day is None):
            raise ValueError("Name a run or a day, and not both.")


@dataclass(frozen=True, slots=True)
class Difference:
    """What a checkpoint name says at one mask of one prompt, on the left and on the right."""

    prompt: str
    prompt_id: int
    mask_index: int
    checkpoint_left: Checkpoint
    checkpoint_right: Checkpoint
    """Of the same name; other weights where `same_weights` is False."""
    words_left: tuple[str, ...]
    """The first `depth`, the most probable first."""
    words_right: tuple[str, ...]
    rbo: float
    """Extrapolated rank-biased overlap of the distinct words, p = 0.9."""
    overlap: float
    """Distinct words in both lists, as a share of the shorter one."""
    top1_same: bool
    """Whether both put the same word first."""
    max_abs_dlogp: float | None
    """The drift: greatest |difference of the natural log-probability| over what both lists hold; None where nothing could be
    compared: a list was published without scores, or the two share nothing."""
    changed_ranks: int
    """Places, of the first `depth`, that hold another piece, or another word where the tokenizers differ or are not known."""
    n_compared: int
    """Pieces or words whose log-probability is known in both lists. What is in one list only changed its rank."""
    depth: int
    """Places of the two lists that were compared: as many as the shorter one has."""

    @property
    def same_weights(self) -> bool:
        """Whether weights and tokenizer are the same on both sides."""
        return same_weights(self.checkpoint_left, self.checkpoint_right)


@dataclass(frozen=True, slots=True)
class Differences:
    """Some of the places at which two sides can be compared."""

    n_common: int
    """Distinct prompts that both sides asked."""
    n_left_only: int
    n_right_only: int
    rows: tuple[Difference, ...]
    n: int
    """How many places can be compared: prompt, mask and checkpoint name. 0 where no prompt, or no name, is on both sides."""
    truncated: bool
    """Whether others follow these."""


def differences(
    database: Database, left: Side, right: Side, *, order: str = "drift", limit: int = 50, offset: int = 0
) -> Differences:
    """Compare two sides at every prompt, mask and checkpoint name that both asked.

    An answer is a fact: the same weights said the same on both sides, and their drift is 0. What differs are other weights
    under one name, and answers made elsewhere beside those of weights on this machine. Of several weights under one name on
    one side, the answer that it asked for last counts, as deep as it asked. Lists that share nothing come before the greatest
    drift.

    Raises ValueError for an order that is none of `ORDERS`.
    """
    if order not in ORDERS:
        raise ValueError(f"The order is one of {', '.join(ORDERS)}, and not {order}.")
    wanted = {
        "left_run": _canonical(left.run_id),
        "left_day": left.day,
        "right_run": _canonical(right.run_id),
        "right_day": right.day,
        "order": order,
        "limit": max(limit, 0),
        "offset": max(offset, 0),
    }

    def work(cursor: Cursor) -> Differences:
        checkpoints = read_checkpoints(cursor)
        found = cursor.execute(question("differences"), wanted).fetchall()
        n_common, n_left_only, n_right_only, n = found[0][:4]
        rows = tuple(
            Difference(
                text, prompt_id, mask_index, checkpoints[a], checkpoints[b], tuple(words_left), tuple(words_right), *figures
            )
            for _, _, _, _, text, prompt_id, mask_index, a, b, words_left, words_right, *figures in found
            if prompt_id is not None
        )
        return Differences(n_common, n_left_only, n_right_only, rows, n, truncated=max(offset, 0) + len(rows) < n)

    return database.read(work)


def _canonical(run_id: str | None) -> str | None:
    try:
        return None if run_id is None else str(uuid.UUID(run_id))
    except ValueError:
        return None  # no run has this name, and so nothing was asked
