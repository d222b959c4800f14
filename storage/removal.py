"""Taking a run out of the log: what no other run asked for goes with it, what another run uses stays."""

from __future__ import annotations

import pyarrow as pa

from storage.database import Cursor
from storage.staging import stage

_GONE = pa.schema(
    [("answer_id", pa.int64()), ("prompt_id", pa.int64()), ("mask_index", pa.int32()), ("checkpoint_id", pa.int64())]
)


def remove_run(cursor: Cursor, run_id: str) -> None:
    """Remove a run inside the writer's transaction; one that is not there is no error.

    With it go its asks, refused prompts, tags, stars and notes, and the answers that only it asked for with everything that
    hangs on them. A prompt stays where it has another answer or something that a person added to it. Words and pieces stay:
    they are dictionaries, and looking for a word among 30 million predictions takes longer than its row is worth.
    """
    run = {"run_id": run_id}
    gone = cursor.execute(
        "SELECT answer_id, prompt_id, mask_index, checkpoint_id FROM answer"
        " WHERE answer_id IN (SELECT answer_id FROM ask WHERE run_id = $run_id)"
        " AND answer_id NOT IN (SELECT answer_id FROM ask WHERE run_id <> $run_id)",
        run,
    ).fetchall()
    cursor.execute("DELETE FROM ask WHERE run_id = $run_id", run)
    cursor.execute("DELETE FROM refused WHERE run_id = $run_id", run)
    cursor.execute("DELETE FROM tag WHERE run_id = $run_id", run)
    cursor.execute("DELETE FROM star WHERE run_id = $run_id", run)
    cursor.execute("DELETE FROM note WHERE run_id = $run_id", run)
    cursor.execute("DELETE FROM run WHERE run_id = $run_id", run)
    if gone:
        stage(cursor, "staged_gone", _GONE, gone)
        _remove_answers(cursor)


def _remove_answers(cursor: Cursor) -> None:
    """Those of `staged_gone`, and what is then left without an answer."""
    cursor.execute("DELETE FROM prediction WHERE answer_id IN (SELECT answer_id FROM staged_gone)")
    cursor.execute("DELETE FROM candidate WHERE answer_id IN (SELECT answer_id FROM staged_gone)")
    cursor.execute("DELETE FROM answer WHERE answer_id IN (SELECT answer_id FROM staged_gone)")
    cursor.execute(
        "DELETE FROM agreement USING staged_gone AS gone"
        " WHERE agreement.prompt_id = gone.prompt_id AND agreement.mask_index = gone.mask_index"
        " AND gone.checkpoint_id IN (agreement.checkpoint_a, agreement.checkpoint_b)"
    )
    cursor.execute(
        "DELETE FROM filling WHERE (prompt_id, checkpoint_id) IN (SELECT (prompt_id, checkpoint_id) FROM staged_gone)"
        " AND (prompt_id, checkpoint_id) NOT IN (SELECT (prompt_id, checkpoint_id) FROM answer)"
    )
    cursor.execute(
        "DELETE FROM prompt WHERE prompt_id IN (SELECT prompt_id FROM staged_gone)"
        " AND prompt_id NOT IN (SELECT prompt_id FROM answer)"
        " AND prompt_id NOT IN (SELECT prompt_id FROM tag WHERE prompt_id IS NOT NULL)"
        " AND prompt_id NOT IN (SELECT prompt_id FROM star WHERE prompt_id IS NOT NULL)"
        " AND prompt_id NOT IN (SELECT prompt_id FROM note WHERE prompt_id IS NOT NULL)"
    )
    cursor.execute(
        "DELETE FROM expectation WHERE prompt_id IN (SELECT prompt_id FROM staged_gone)"
        " AND prompt_id NOT IN (SELECT prompt_id FROM prompt)"
    )
    cursor.execute(
        "DELETE FROM checkpoint WHERE checkpoint_id IN (SELECT checkpoint_id FROM staged_gone)"
        " AND checkpoint_id NOT IN (SELECT checkpoint_id FROM answer)"
        " AND checkpoint_id NOT IN (SELECT checkpoint_id FROM filling)"
    )
