"""Files of prompts: what a person brings to a batch, read strictly and line by line, so that nothing is guessed or lost."""

from __future__ import annotations

from pipelines.prompt_files.kinds import FileKind, UnreadableFile, kind_of
from pipelines.prompt_files.lines import Line, Problem
from pipelines.prompt_files.tables import Row, Table, read_table

__all__ = ["FileKind", "Line", "Problem", "Row", "Table", "UnreadableFile", "kind_of", "read_table"]
