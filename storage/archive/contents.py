"""What an archive says about itself: its manifest."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from storage.errors import StorageError

ENDING = ".zip"
FORMAT = "maskboard archive"
VERSION = 1
"""Of the form of the file. What is in it follows the steps of the schema, which it names."""
MANIFEST = "manifest.json"

TABLES = (
    "checkpoint", "prompt", "word", "piece", "answer", "prediction", "candidate", "agreement", "filling", "expectation",
    "run", "ask", "refused", "tag", "star", "note", "saved_query", "setting", "drift", "tokenizer", "vocabulary", "pending",
)  # fmt: skip
"""Every table of the log but `schema_migration`: the steps are this version's own. A test compares them with the schema."""


@dataclass(frozen=True, slots=True)
class TableFile:
    """One table of an archive."""

    rows: int
    bytes: int
    sha256: str
    """Of the Parquet file."""


@dataclass(frozen=True, slots=True)
class Contents:
    """The manifest of an archive."""

    tables: dict[str, TableFile]
    steps: dict[str, str]
    """The steps of the schema that the log has had, each with its sha256."""
    taken_at: str
    """ISO 8601, UTC."""
    maskboard: str
    """Version of Maskboard that wrote it."""
    duckdb: str
    """Version of DuckDB that read the log."""

    def to_json(self) -> str:
        return json.dumps({"format": FORMAT, "version": VERSION} | asdict(self), indent=1)

    @classmethod
    def from_json(cls, text: str | bytes, path: Path) -> Contents:
        """Read a manifest. Raises StorageError for anything that `to_json` did not write."""
        try:
            given: dict[str, Any] = json.loads(text)
            if given.pop("format") != FORMAT:
                raise ValueError("format")
            if _whole(given.pop("version")) > VERSION:
                raise StorageError(
                    f"The archive {path} is of a later form than this Maskboard knows.",
                    key="file",
                    value=str(path),
                    remedy="Import it with the newest Maskboard.",
                )
            tables = {name: TableFile(**facts) for name, facts in given.pop("tables").items()}
            contents = cls(tables, **given)
            contents._check_types()
            return contents
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise damaged(path, "its manifest cannot be read") from error

    def _check_types(self) -> None:
        texts = [
            self.taken_at,
            self.maskboard,
            self.duckdb,
            *self.steps.values(),
            *(each.sha256 for each in self.tables.values()),
        ]
        if not all(isinstance(text, str) and text.isprintable() for text in [*texts, *self.steps, *self.tables]):
            raise TypeError("no text")
        for each in self.tables.values():
            _whole(each.rows)
            _whole(each.bytes)


def _whole(number: object) -> int:
    """A number of things. Raises TypeError for anything else."""
    if not isinstance(number, int) or isinstance(number, bool) or number < 0:
        raise TypeError("no whole number")
    return number


def member(table: str) -> str:
    """Where a table lies in the ZIP."""
    return f"tables/{table}.parquet"


def damaged(path: Path, reason: str) -> StorageError:
    """The sentence for an archive that is not what was written."""
    return StorageError(
        f"The archive {path} is damaged: {reason}. Nothing of it was imported.",
        key="file",
        value=str(path),
        remedy="Export the log again, or copy the archive again.",
    )
