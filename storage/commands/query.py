"""`python -m storage query`: a question to the log, in SQL."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from storage.commands.output_file import opened
from storage.database import default_path
from storage.errors import StorageError
from storage.output import Format, write
from storage.visitor_sql import DOWNLOAD, SCREEN, decide, run

TABLE_ROWS = 10_000
"""Rows of a table on a screen, unless asked otherwise."""


def query(
    sql: Annotated[str, typer.Argument(help='One SELECT, such as "SELECT * FROM latest_answers".')],
    form: Annotated[Format, typer.Option("--format", help="How to write the rows.")] = Format.TABLE,
    out: Annotated[Path | None, typer.Option(help="File to write; it appears whole or not at all.")] = None,
    limit: Annotated[
        int | None, typer.Option(min=0, help=f"Rows to write. A table shows {TABLE_ROWS:,}, the rest all.")
    ] = None,
    raw: Annotated[bool, typer.Option("--raw", help="CSV: leave cells that a spreadsheet takes for formulas.")] = False,
) -> None:
    """Ask the log a question in SQL. Views: runs, asks, answers, predictions, agreements, prompts, checkpoints, latest_*."""
    log = default_path()
    if form is Format.PARQUET and out is None:
        raise StorageError("Parquet is not for a screen.", key="--out", remedy="Name a file with --out.")
    if limit is None and form is Format.TABLE:
        limit = TABLE_ROWS
    limits = SCREEN if form is Format.TABLE and out is None else DOWNLOAD
    width = shutil.get_terminal_size().columns if out is None and sys.stdout.isatty() else None
    # The file outside, the statement inside: a statement that fails midway leaves no file.
    with opened(out, log) as file, run(decide(sql), log, limits) as rows:
        tally = write(rows, form, file, limit, raw=raw, width=width)
    if form is not Format.TABLE and tally.written < tally.total:
        typer.echo(f"{str(tally).capitalize()}.", err=True)
