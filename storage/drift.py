"""How far a fresh answer is from the one before: what a replay finds, and keeps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pyarrow as pa

from storage.database import Cursor, Database
from storage.lookup import read_checkpoints
from storage.questions import question
from storage.records import UNKNOWN_HASH, Answer, Checkpoint, Prediction, Prompt
from storage.staging import stage

_DRIFTS = pa.schema(
    [
        ("text_sha256", pa.string()),
        ("mask_index", pa.int32()),
        ("checkpoint_then", pa.int64()),
        ("checkpoint_now", pa.int64()),
        ("depth", pa.int32()),
        ("n_compared", pa.int32()),
        ("max_abs_dlogp", pa.float64()),
        ("changed_ranks", pa.int32()),
    ]
)


@dataclass(frozen=True, slots=True)
class Drift:
    """One answer of a run beside the fresh one of a replay."""

    prompt: Prompt
    mask_index: int
    checkpoint_then: Checkpoint
    checkpoint_now: Checkpoint
    max_abs_dlogp: float | None
    """Greatest |difference of the natural log-probability| over what both lists hold; None where nothing could be compared: a
    list was published without scores, or the two share nothing."""
    changed_ranks: int
    """Places, of the first `depth`, that hold another piece than before."""
    n_compared: int
    """Pieces whose log-probability is known in both lists. A piece in one list only changed its rank, and is counted there."""
    depth: int
    """Places of the two lists that were compared."""

    @property
    def same_weights(self) -> bool:
        """Whether weights and tokenizer are the same then and now."""
        return same_weights(self.checkpoint_then, self.checkpoint_now)


def same_weights(one: Checkpoint, other: Checkpoint) -> bool:
    """Whether two checkpoints are the same weights with the same tokenizer, wherever they were read from."""
    known = UNKNOWN_HASH not in (one.weights_sha256, other.weights_sha256)
    equal = (one.weights_sha256, one.tokenizer_sha256) == (other.weights_sha256, other.tokenizer_sha256)
    return one.identity == other.identity or (known and equal)


def measure_drift(then: Answer, now: Answer) -> Drift:
    """The drift from one list to the other, at the depth of the shorter one.

    Pieces of one tokenizer are compared by their number. Where the tokenizers differ, or one is not known, as of an import,
    words are compared; of two pieces of one word the more probable counts.
    """
    depth = min(then.depth, now.depth)
    tokenizers = {then.checkpoint.tokenizer_sha256, now.checkpoint.tokenizer_sha256}
    by_piece = len(tokenizers) == 1 and UNKNOWN_HASH not in tokenizers
    before, after = (_units(each.predictions[:depth], by_piece=by_piece) for each in (then, now))
    scores_before, scores_after = (_scores(units) for units in (before, after))
    apart = [
        abs(old - new) for unit, old in scores_before.items() if old is not None and (new := scores_after.get(unit)) is not None
    ]
    return Drift(
        prompt=then.prompt,
        mask_index=then.mask_index,
        checkpoint_then=then.checkpoint,
        checkpoint_now=now.checkpoint,
        max_abs_dlogp=max(apart, default=None),
        changed_ranks=sum(old != new for (old, _), (new, _) in zip(before, after, strict=True)),
        n_compared=len(apart),
        depth=depth,
    )


def drifts(database: Database, run_id: str) -> tuple[Drift, ...]:
    """What a replay found, the greatest drift first; empty where the run is none."""

    def work(cursor: Cursor) -> tuple[Drift, ...]:
        checkpoints = read_checkpoints(cursor)
        rows = cursor.execute(question("drifts"), {"run_id": run_id}).fetchall()
        return tuple(
            Drift(Prompt(text), mask_index, checkpoints[then], checkpoints[now], *figures)
            for text, mask_index, then, now, *figures in rows
        )

    return database.read(work)


def write_drifts(cursor: Cursor, run_id: str, found: Sequence[Drift]) -> None:
    """Keep what a replay found beside its answers, which are in the log already. The same again adds nothing."""
    if not found:
        return
    ids = {checkpoint.identity: checkpoint_id for checkpoint_id, checkpoint in read_checkpoints(cursor).items()}
    rows = [
        (
            each.prompt.text_sha256,
            each.mask_index,
            ids[each.checkpoint_then.identity],
            ids[each.checkpoint_now.identity],
            each.depth,
            each.n_compared,
            each.max_abs_dlogp,
            each.changed_ranks,
        )
        for each in found
    ]
    stage(cursor, "staged_drift", _DRIFTS, rows)
    cursor.execute(
        "INSERT OR IGNORE INTO drift"
        " (run_id, answer_then, answer_now, depth, n_compared, max_abs_dlogp, changed_ranks)"
        " SELECT $run_id, before.answer_id, fresh.answer_id, s.depth, s.n_compared, s.max_abs_dlogp, s.changed_ranks"
        " FROM staged_drift AS s"
        " JOIN prompt ON prompt.text_sha256 = s.text_sha256"
        " JOIN answer AS before ON before.prompt_id = prompt.prompt_id AND before.mask_index = s.mask_index"
        " AND before.checkpoint_id = s.checkpoint_then"
        " JOIN answer AS fresh ON fresh.prompt_id = prompt.prompt_id AND fresh.mask_index = s.mask_index"
        " AND fresh.checkpoint_id = s.checkpoint_now",
        {"run_id": run_id},
    )


def _units(lines: Sequence[Prediction], *, by_piece: bool) -> list[tuple[int | str, float | None]]:
    """What stands at each place, and its log-probability."""
    return [(line.token_id if by_piece else line.word, line.logprob) for line in lines]


def _scores(units: Iterable[tuple[int | str, float | None]]) -> dict[int | str, float | None]:
    """The first place of each counts."""
    scores: dict[int | str, float | None] = {}
    for unit, logprob in units:
        scores.setdefault(unit, logprob)
    return scores
