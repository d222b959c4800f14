"""What a file says about itself, so that another person can tell what it holds and make it again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from storage.output import Format
from storage.visitors import Value

METADATA = "maskboard"
"""The key of the manifest in the metadata of a Parquet file."""


@dataclass(frozen=True, slots=True)
class ColumnFact:
    """One column of the file."""

    name: str
    type: str
    """As Arrow names it, such as `string` or `double`."""


@dataclass(frozen=True, slots=True)
class CheckpointFact:
    """Weights that answered rows of the file."""

    name: str
    source: str
    revision: str
    weights_sha256: str
    tokenizer_sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """How a file was made, and of what."""

    about: str
    """In words."""
    view: str | None
    """The view that the rows are of; None for a query."""
    sql: str
    """The statement; `python -m storage query` runs it again."""
    parameters: Mapping[str, Value]
    """The values of its `$name` placeholders."""
    filters: Mapping[str, str]
    rows: int
    columns: Sequence[ColumnFact]
    snapshot_at: str
    """When the copy of the log was taken that was asked, ISO 8601, UTC."""
    written_at: str
    """When the file was whole, ISO 8601, UTC."""
    checkpoints: Sequence[CheckpointFact]
    """Of a view with checkpoints those in its rows; else all that the log knows."""
    maskboard: str
    duckdb: str
    format: Format
    raw: bool
    """CSV: whether cells are as they are; else those that a spreadsheet would run as formulas have a `'` in front."""
    bytes: int | None = None
    """Of the file; None inside a Parquet file, which cannot know. So the next."""
    sha256: str | None = None

    def to_json(self) -> str:
        return json.dumps(self.facts(), ensure_ascii=False, indent=1) + "\n"

    def facts(self) -> dict[str, Any]:
        """As JSON knows it."""
        facts = asdict(self)
        facts["parameters"] = {
            name: value.isoformat() if isinstance(value, date) else value for name, value in self.parameters.items()
        }
        return {name: value for name, value in facts.items() if value is not None}


def manifest_path(out: Path) -> Path:
    """Where the manifest of a file lies: beside it."""
    return out.with_name(f"{out.name}.manifest.json")
