"""`python -m storage query`: a question to the log, in SQL."""

from __future__ import annotations

import re
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from storage.commands.output_file import form_by_ending, opened
from storage.database import default_path
from storage.errors import QueryFailed, QueryRefused, StorageError
from storage.output import Format, write
from storage.shell_copy import AtHand, at_hand
from storage.visitors import (
    DOWNLOAD,
    SCREEN,
    ParameterType,
    Refused,
    StatementFailed,
    Value,
    decide,
    read_value,
    run,
    warm,
)
from storage.whole_file import refuse_the_log

TABLE_ROWS = 10_000
"""Rows of a table on a screen, unless asked otherwise."""
_PARAMETER = re.compile(r"(?P<name>[A-Za-z_][A-Za-z0-9_]*)(:(?P<kind>[a-z]+))?=(?P<value>.*)", re.DOTALL)


def query(
    sql: Annotated[str, typer.Argument(help='One SELECT, such as "SELECT * FROM latest_answers".')],
    param: Annotated[
        list[str] | None,
        typer.Option(help="A value for $name: name=text, or name:integer=5 (text, integer, number, date, boolean)."),
    ] = None,
    form: Annotated[
        Format | None, typer.Option("--format", help="How to write the rows; else by the ending of --out, or a table.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="File to write; it appears whole or not at all.")] = None,
    limit: Annotated[
        int | None, typer.Option(min=0, help=f"Rows to write. A table shows {TABLE_ROWS:,}, the rest all.")
    ] = None,
    raw: Annotated[bool, typer.Option("--raw", help="CSV: leave cells that a spreadsheet takes for formulas.")] = False,
) -> None:
    """Ask the log a question in SQL. Views: runs, asks, answers, predictions, candidates, agreements, prompts and more."""
    log = default_path()
    if out is not None:
        refuse_the_log(out, log)
    if form is None:
        form = Format.TABLE if out is None else form_by_ending(out)
    if form is Format.PARQUET and out is None:
        raise StorageError("Parquet is not for a screen.", key="--out", remedy="Name a file with --out.")
    if limit is None and form is Format.TABLE:
        limit = TABLE_ROWS
    limits = SCREEN if form is Format.TABLE and out is None else DOWNLOAD
    width = shutil.get_terminal_size().columns if out is None and sys.stdout.isatty() else None
    values = parameters(param or [])
    warm(from_now_on=False)
    decision = decide(sql, values)
    if isinstance(decision, Refused):
        raise QueryRefused(f"{at(sql, decision)}{decision.reason}", remedy=decision.remedy)
    copy = at_hand(log)
    if copy.held is not None:
        typer.echo(how_old(copy), err=True)
    # The file outside, the statement inside: a statement that fails midway leaves no file.
    try:
        with opened(out, log) as file, run(decision, copy.snapshot.path, limits, values) as rows:
            tally = write(rows, form, file, limit, raw=raw, width=width)
    except StatementFailed as error:
        raise QueryFailed(f"{at(sql, error)}{error}") from error
    if (form is not Format.TABLE or out is not None) and tally.written < tally.total:
        typer.echo(f"{str(tally).capitalize()}.", err=True)


def parameters(given: list[str]) -> dict[str, Value]:
    """The values of `--param`, or QueryRefused with a sentence that names the parameter."""
    values: dict[str, Value] = {}
    for text in given:
        parts = _PARAMETER.fullmatch(text)
        kinds = ", ".join(ParameterType)
        if parts is None:
            raise QueryRefused(f"--param {text!r} has no name and value.", remedy="Write --param name=value.")
        kind = parts["kind"] or ParameterType.TEXT
        if kind not in set(ParameterType):
            raise QueryRefused(f"--param {parts['name']}: there is no type {kind}.", remedy=f"Types are {kinds}.")
        if parts["name"] in values:
            raise QueryRefused(f"--param {parts['name']} is given twice.", remedy="Give it once.")
        try:
            values[parts["name"]] = read_value(parts["value"], ParameterType(kind))
        except QueryRefused as error:
            raise QueryRefused(f"--param {parts['name']}: {error}") from error
    return values


def how_old(copy: AtHand) -> str:
    """Which copy is asked while another process has the log, and how old it is."""
    taken_at = copy.snapshot.taken_at
    seconds = max(0, round((datetime.now(UTC) - taken_at).total_seconds()))
    minutes, hours = round(seconds / 60), round(seconds / 3600)
    age = f"{seconds} s" if seconds < 100 else f"{minutes} minutes" if minutes < 100 else f"{hours:,} hours"
    holder = f"process {copy.held.pid}" if copy.held is not None and copy.held.pid is not None else "another process"
    return f"The log is in use by {holder}, so this is its copy of {taken_at:%Y-%m-%d %H:%M:%S} UTC, {age} old."


def at(sql: str, mistake: Refused | StatementFailed, skipped: int = 0) -> str:
    """Where the mistake is, to stand before its sentence; empty where that is not known.

    Of a statement whose first `skipped` characters, without a line end, nobody typed, the place in the rest is said.
    """
    if mistake.line is None or mistake.column is None:
        return ""
    column = mistake.column - skipped if mistake.line == 1 else mistake.column
    if column < 1:
        return ""
    return f"Line {mistake.line}, column {column}: " if "\n" in sql.strip() else f"Column {column}: "
