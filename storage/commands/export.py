"""`python -m storage export`: all rows of a view, or the whole log, as files for elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from storage.commands.free_log import free_log
from storage.commands.output_file import form_by_ending, reader_may_leave
from storage.commands.query import at, how_old
from storage.database import default_path
from storage.errors import QueryFailed, QueryRefused, StorageError
from storage.output import Format
from storage.visitors import Refused, StatementFailed, decide

LOG = "log"
"""In place of a view: everything."""


def export_command(
    view: Annotated[
        str,
        typer.Argument(help="A view, such as predictions; or log, for everything, to import elsewhere.", show_default=False),
    ],
    out: Annotated[Path, typer.Option(help="File to write; it appears whole or not at all.", show_default=False)],
    where: Annotated[str | None, typer.Option(help="Which rows, in SQL: \"checkpoint = 'bert-mini' AND rank = 1\".")] = None,
    form: Annotated[Format | None, typer.Option("--format", help="How to write the rows; else by the ending of --out.")] = None,
    raw: Annotated[bool, typer.Option("--raw", help="CSV: leave cells that a spreadsheet takes for formulas.")] = False,
) -> None:
    """Write all rows of a view to a CSV, JSON or Parquet file, with a manifest beside it; or the whole log to a ZIP."""
    if view == LOG:
        if where is not None or form is not None or raw:
            raise StorageError("The whole log has no --where, --format or --raw.", remedy="Name a view instead of log.")
        _export_log(out)
    else:
        _export_view(view, out, where, form or form_by_ending(out), raw=raw)


def _export_view(view: str, out: Path, where: str | None, form: Format, *, raw: bool) -> None:
    from storage.exports import export, manifest_path, of_view
    from storage.shell_copy import at_hand
    from storage.whole_file import refuse_the_log

    if form is Format.TABLE:
        raise StorageError("A table is for a screen.", key="--format", remedy="Choose csv, json or parquet.")
    source, log = of_view(view, where=where), default_path()
    # What was typed stands at the end of the statement, behind one line that was not.
    skipped = len(source.sql) - len((where or "").strip())
    refuse_the_log(out, log)
    decision = decide(source.sql, source.parameters)
    if isinstance(decision, Refused):
        raise QueryRefused(f"{at(source.sql, decision, skipped)}{decision.reason}", remedy=decision.remedy)
    copy = at_hand(log)
    if copy.held is not None:
        typer.echo(how_old(copy), err=True)
    try:
        manifest = export(source, copy.snapshot, form, out, raw=raw)
    except StatementFailed as error:
        raise QueryFailed(f"{at(source.sql, error, skipped)}{error}") from error
    rows = f"{manifest.rows:,} row{'' if manifest.rows == 1 else 's'}"
    with reader_may_leave():
        typer.echo(f"Wrote {rows} to {out}. What they are stands in {manifest_path(out).name}.")


def _export_log(out: Path) -> None:
    from storage.archive import ENDING, write_archive
    from storage.database import Database

    if out.suffix.lower() != ENDING:
        raise StorageError(
            "The whole log is written as a ZIP.", key="--out", value=str(out), remedy=f"Name a file on {ENDING}."
        )
    log = default_path()
    if not log.exists():
        raise StorageError(f"There is no log at {log} yet.", key="path", value=str(log), remedy="Ask something first.")
    with free_log("Nothing was exported.", "export"), Database.open(log) as database:
        contents = write_archive(database, out)
    runs, predictions = contents.tables["run"].rows, contents.tables["prediction"].rows
    with reader_may_leave():
        typer.echo(
            f"Wrote the whole log to {out}: {runs:,} run{'' if runs == 1 else 's'} with {predictions:,} "
            f"prediction{'' if predictions == 1 else 's'}. Bring it into another log with python -m storage import {out.name}."
        )
