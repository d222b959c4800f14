"""The sample that a new log starts with: three answers of full-size checkpoints, as others published them in 2024.

It is a run like any other, of the kind `sample`, and goes with one call. The log remembers that, so that it never comes back.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from storage.database import Cursor, Database
from storage.importer import read
from storage.log import Log, naive_utc
from storage.records import Comparison, RunKind
from storage.removal import Going, remove_run

FILE = Path(__file__).parent / "sample.json"
LABEL = "Published by others, 2024"
RUN_ID = "018cc251-f400-7000-8000-000000000001"
"""The same in every log: adding it twice at the same moment adds it once."""

_SETTING, _REMOVED = "sample", "removed"


def comparison() -> Comparison:
    """The sample as a run of this moment."""
    made = read(FILE, kind=RunKind.SAMPLE, label=LABEL).comparison
    return replace(made, run=replace(made.run, run_id=RUN_ID))


def add(database: Database) -> bool:
    """Put the sample into a log that has no run at all, unless a person has removed it before; whether it was added."""
    ((runs, removed),) = database.rows(
        "SELECT (SELECT count(*) FROM run), (SELECT count(*) FROM setting WHERE name = $name AND value = $value)",
        {"name": _SETTING, "value": _REMOVED},
    )
    if runs or removed:
        return False
    Log(database).append(comparison())
    return True


def is_there(database: Database) -> bool:
    """Whether the log holds the sample."""
    return bool(database.rows("SELECT 1 FROM run WHERE run_id = $run_id", {"run_id": RUN_ID}))


def remove(database: Database) -> Going:
    """Take the sample out for good, in one transaction, and say what went. What other runs asked stays."""

    def work(cursor: Cursor) -> Going:
        going = remove_run(cursor, RUN_ID)
        cursor.execute(
            "INSERT OR REPLACE INTO setting (name, value, changed_at) VALUES ($name, $value, $now)",
            {"name": _SETTING, "value": _REMOVED, "now": naive_utc(datetime.now(UTC))},
        )
        return going

    return database.write(work)
