"""A log with many predictions, written in SQL: the writer of the product would take minutes for what a test reads once."""

from __future__ import annotations

from pathlib import Path

from storage.database import Cursor
from storage.log import Log

STATEMENTS = (
    "INSERT INTO checkpoint VALUES (1, 'bert-mini', 'bert', 'bundled', 'r', 'w', 't', 1, 1, TIMESTAMP '2026-01-01')",
    "INSERT INTO word SELECT i, 'word' || i FROM range(5000) AS r(i)",
    "INSERT INTO piece SELECT i, 't', i, 'word' || i, i, true FROM range(5000) AS r(i)",
    "INSERT INTO prompt SELECT i, 'Prompt ' || i || ' asks for a [MASK].', 1, sha256('Prompt ' || i || ' asks for a [MASK].'),"
    " TIMESTAMP '2026-01-01' FROM range($prompts) AS r(i)",
    "INSERT INTO answer SELECT i, i, 0, 1, TIMESTAMP '2026-01-01', 20, i % 5000, -1.5, 2, 0.1, 0.2, 0.9"
    " FROM range($prompts) AS r(i)",
    "INSERT INTO prediction SELECT i, rank + 1, (i + rank) % 5000, (i + rank) % 5000, -1.5 - rank / 10 - i / 1e9"
    " FROM range($prompts) AS r(i), range(20) AS s(rank)",
    "INSERT INTO run VALUES ('0199c3f1-0000-7000-8000-00000000aaaa', 'batch', NULL, NULL, TIMESTAMP '2026-01-01', NULL,"
    " 'complete', '{}', '{}')",
    "INSERT INTO ask SELECT '0199c3f1-0000-7000-8000-00000000aaaa', i, i, 0, TIMESTAMP '2026-01-01', 3, false"
    " FROM range($prompts) AS r(i)",
)


def make(path: Path, prompts: int) -> None:
    """Twenty predictions for each prompt, in one transaction."""

    def work(cursor: Cursor) -> None:
        for statement in STATEMENTS:
            cursor.execute(statement, {"prompts": prompts} if "$prompts" in statement else None).fetchall()

    with Log.open(path) as log:
        log.database.write(work)
