"""Writing what a run adds around its answers: who asked for which, agreements, expectations, refused prompts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import pyarrow as pa

from storage.database import Cursor
from storage.keys import new_ids
from storage.records import Agreement, Comparison, Expectation
from storage.staging import AnswerKey, IdentityKey, answer_key, stage, storable

_ASKS = pa.schema(
    [
        ("answer_id", pa.int64()),
        ("row_number", pa.int32()),
        ("position", pa.int32()),
        ("latency_ms", pa.float64()),
        ("reused", pa.bool_()),
    ]
)
_AGREEMENTS = pa.schema(
    [
        ("prompt_id", pa.int64()),
        ("mask_index", pa.int32()),
        ("checkpoint_a", pa.int64()),
        ("checkpoint_b", pa.int64()),
        ("depth", pa.int32()),
        ("overlap", pa.float64()),
        ("jaccard", pa.float64()),
        ("rbo", pa.float64()),
        ("jsd_shared", pa.float64()),
        ("coverage_a", pa.float64()),
        ("coverage_b", pa.float64()),
        ("top1_same", pa.bool_()),
    ]
)
_EXPECTATIONS = pa.schema(
    [("expectation_id", pa.int64()), ("prompt_id", pa.int64()), ("mask_index", pa.int32()), ("word_id", pa.int64())]
)
_REFUSED = pa.schema([("row_number", pa.int32()), ("text", pa.string()), ("problem", pa.string())])


def write_asks(cursor: Cursor, comparison: Comparison, answer_ids: Mapping[AnswerKey, int], at: datetime) -> None:
    """One row per answer that the run asked for; what the run already asked for stays as it was."""
    rows = {
        (answer_ids[answer_key(asked.answer)], asked.row_number): (position, asked.latency_ms, asked.reused)
        for position, asked in reversed(list(enumerate(comparison.answers)))
    }
    if not rows:
        return
    stage(cursor, "staged_ask", _ASKS, [(*key, *values) for key, values in rows.items()])
    cursor.execute(
        "INSERT INTO ask (run_id, answer_id, row_number, position, asked_at, latency_ms, reused)"
        " SELECT $run_id, answer_id, row_number, position, $at, latency_ms, reused FROM staged_ask"
        " ANTI JOIN (SELECT answer_id, row_number FROM ask WHERE run_id = $run_id) USING (answer_id, row_number)",
        {"run_id": comparison.run.run_id, "at": at},
    )


def write_agreements(
    cursor: Cursor, agreements: Iterable[Agreement], checkpoints: Mapping[IdentityKey, int], prompts: Mapping[str, int]
) -> None:
    """Keep each pair once; a deeper comparison replaces what is kept, and figures that were unknown are filled."""
    rows = [agreement_row(agreement, checkpoints, prompts) for agreement in agreements]
    if not rows:
        return
    # The last row of a key is the deepest: within one comparison too, the deeper one is kept.
    by_key = {row[:4]: row for row in sorted(rows, key=lambda row: (row[:4], row[4]))}
    stage(cursor, "staged_agreement", _AGREEMENTS, by_key.values())
    kept = {
        key: (depth, has_figures)
        for *key_parts, depth, has_figures in cursor.execute(
            "SELECT prompt_id, mask_index, checkpoint_a, checkpoint_b, depth, jsd_shared IS NOT NULL"
            " FROM agreement SEMI JOIN staged_agreement USING (prompt_id, mask_index, checkpoint_a, checkpoint_b)"
        ).fetchall()
        if (key := tuple(key_parts))
    }
    new = [row for key, row in by_key.items() if key not in kept]
    better = [row for key, row in by_key.items() if key in kept and _is_better(row, *kept[key])]
    if new:
        stage(cursor, "staged_agreement", _AGREEMENTS, new)
        cursor.execute(
            "INSERT INTO agreement (prompt_id, mask_index, checkpoint_a, checkpoint_b, depth, overlap, jaccard, rbo,"
            " jsd_shared, coverage_a, coverage_b, top1_same)"
            " SELECT prompt_id, mask_index, checkpoint_a, checkpoint_b, depth, overlap, jaccard, rbo, jsd_shared,"
            " coverage_a, coverage_b, top1_same FROM staged_agreement"
        )
    if better:
        # A shallower comparison only brings figures of the distributions, which do not depend on the depth.
        stage(cursor, "staged_agreement", _AGREEMENTS, better)
        cursor.execute(
            "UPDATE agreement SET"
            " overlap = CASE WHEN s.depth > agreement.depth THEN s.overlap ELSE agreement.overlap END,"
            " jaccard = CASE WHEN s.depth > agreement.depth THEN s.jaccard ELSE agreement.jaccard END,"
            " rbo = CASE WHEN s.depth > agreement.depth THEN s.rbo ELSE agreement.rbo END,"
            " top1_same = CASE WHEN s.depth > agreement.depth THEN s.top1_same ELSE agreement.top1_same END,"
            " jsd_shared = coalesce(s.jsd_shared, agreement.jsd_shared),"
            " coverage_a = coalesce(s.coverage_a, agreement.coverage_a),"
            " coverage_b = coalesce(s.coverage_b, agreement.coverage_b),"
            " depth = greatest(s.depth, agreement.depth)"
            " FROM staged_agreement AS s"
            " WHERE s.prompt_id = agreement.prompt_id AND s.mask_index = agreement.mask_index"
            " AND s.checkpoint_a = agreement.checkpoint_a AND s.checkpoint_b = agreement.checkpoint_b"
        )


def _is_better(row: tuple[Any, ...], kept_depth: int, kept_figures: bool) -> bool:
    *_, depth, _, _, _, jsd_shared, _, _, _ = row
    return depth > kept_depth or (jsd_shared is not None and not kept_figures)


def agreement_row(agreement: Agreement, checkpoints: Mapping[IdentityKey, int], prompts: Mapping[str, int]) -> tuple[Any, ...]:
    """The row of an agreement, the smaller key first and the coverages with their checkpoint."""
    a, b = checkpoints[agreement.checkpoint_a.identity], checkpoints[agreement.checkpoint_b.identity]
    coverages = (agreement.coverage_a, agreement.coverage_b)
    return (
        prompts[agreement.prompt.text],
        agreement.mask_index,
        min(a, b),
        max(a, b),
        agreement.depth,
        agreement.overlap,
        agreement.jaccard,
        agreement.rbo,
        agreement.jsd_shared,
        *(coverages if a < b else coverages[::-1]),
        agreement.top1_same,
    )


def write_expectations(
    cursor: Cursor,
    expectations: Iterable[Expectation],
    prompts: Mapping[str, int],
    words: Mapping[str, int],
    now: datetime,
) -> None:
    """Add the words that are not yet held to be right."""
    keys = list(dict.fromkeys((prompts[e.prompt.text], e.mask_index, words[e.word]) for e in expectations))
    if not keys:
        return
    ids = new_ids(cursor, "expectation_id_sequence", len(keys))
    stage(cursor, "staged_expectation", _EXPECTATIONS, [(i, *key) for i, key in zip(ids, keys, strict=True)])
    cursor.execute(
        "INSERT INTO expectation (expectation_id, prompt_id, mask_index, word_id, created_at)"
        " SELECT expectation_id, prompt_id, mask_index, word_id, $1 FROM staged_expectation"
        " ANTI JOIN expectation USING (prompt_id, mask_index, word_id)",
        [now],
    )


def write_refused(cursor: Cursor, comparison: Comparison) -> None:
    """Keep every prompt that could not be answered; the same row with the same text is there once."""
    rows = {(r.row_number, storable(r.text)): storable(r.problem) for r in reversed(comparison.refused)}
    if not rows:
        return
    stage(cursor, "staged_refused", _REFUSED, [(*key, problem) for key, problem in reversed(rows.items())])
    cursor.execute(
        "INSERT INTO refused (run_id, row_number, text, problem)"
        " SELECT $run_id, row_number, text, problem FROM staged_refused"
        " ANTI JOIN (SELECT row_number, text FROM refused WHERE run_id = $run_id) USING (row_number, text)",
        {"run_id": comparison.run.run_id},
    )
