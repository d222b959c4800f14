"""`python -m storage`: what can be done with the log at a command line. A thin layer: every command is one call."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Annotated

import typer

from storage.database import default_path
from storage.errors import LogLocked, StorageError
from storage.guard import lock_path
from storage.output import Format, write
from storage.visitor_sql import DOWNLOAD, SCREEN, decide, run

TABLE_ROWS = 10_000
"""Rows of a table on a screen, unless asked otherwise."""

INTERRUPTED = 130

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def storage() -> None:
    """Read Maskboard's log: everything that was asked and answered, and bring answers from elsewhere into it."""


@app.command()
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
    with _opened(out, log) as file, run(decide(sql), log, limits) as rows:
        tally = write(rows, form, file, limit, raw=raw, width=width)
    if form is not Format.TABLE and tally.written < tally.total:
        typer.echo(f"{str(tally).capitalize()}.", err=True)


@app.command("import")
def import_command(
    file: Annotated[Path, typer.Argument(help="Answers made elsewhere: JSON, JSONL or CSV.", show_default=False)],
    label: Annotated[str | None, typer.Option(help="A name for this run.")] = None,
    author: Annotated[str | None, typer.Option(help="Who imports.")] = None,
    checkpoint: Annotated[str | None, typer.Option(help="Which checkpoint answered, where the file does not say.")] = None,
    prompt: Annotated[str | None, typer.Option(help="What was asked, where the file does not say.")] = None,
    source: Annotated[
        str | None, typer.Option(help="Where the answers come from: files of one source share their checkpoints.")
    ] = None,
) -> None:
    """Bring answers that were made elsewhere into the log: published ones, those of a transformers pipeline, or a CSV."""
    from storage.importer import import_file, in_words
    from storage.log import Log

    try:
        with Log.open() as log:
            imported = import_file(log, file, label=label, author=author, checkpoint=checkpoint, prompt=prompt, source=source)
    except LogLocked as error:
        raise StorageError(
            str(error).removesuffix(error.remedy).rstrip(),
            key=error.key,
            value=error.value,
            remedy="Nothing was imported. If that is the dashboard, stop it with Ctrl-C where it runs, import, and start it "
            "again.",
        ) from error
    if not imported.answers:
        raise StorageError(in_words(imported), key="file", value=str(file))
    with _reader_may_leave():
        typer.echo(in_words(imported))


@contextmanager
def _opened(out: Path | None, log: Path) -> Iterator[IO[bytes]]:
    """Standard output, or a file that takes its name when it is whole."""
    if out is None:
        with _reader_may_leave():
            yield sys.stdout.buffer
            sys.stdout.buffer.flush()
        return
    log = log.resolve()
    if out.resolve() in (log, lock_path(log), log.with_name(log.name + ".wal")):
        raise StorageError("The answer would overwrite the log.", key="--out", value=str(out), remedy="Name another file.")
    temporary = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        with temporary.open("xb") as file:
            try:
                yield file
                file.flush()
                os.fsync(file.fileno())
                temporary.replace(out)
            except BaseException:
                with suppress(OSError):
                    temporary.unlink()
                raise
    except OSError as error:
        raise _unwritable(out, error) from error


@contextmanager
def _reader_may_leave() -> Iterator[None]:
    """The reader of a pipe, such as `head`, has seen enough: the command ends well."""
    try:
        yield
    except BrokenPipeError as error:
        # What is left in the buffer must go nowhere at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit from error


def _unwritable(out: Path, error: OSError) -> StorageError:
    reason = (error.strerror or str(error)).lower()
    return StorageError(
        f"The file {out} cannot be written: {reason}.", key="--out", value=str(out), remedy="Name another file with --out."
    )


def main(arguments: list[str] | None = None) -> int:
    """Run a command: 0, or 2 and one sentence on standard error."""
    try:
        ended = app(arguments, standalone_mode=False)
    except StorageError as error:
        return _say(str(error))
    except typer.TyperException as error:
        return _say(f"{error.format_message().rstrip('.')}. See python -m storage --help.")
    except (KeyboardInterrupt, typer.Abort):
        return _say("Stopped.")
    except Exception as error:  # noqa: BLE001 - whatever else it was, a person gets a sentence and no trace
        return _say(f"This failed in a way nobody foresaw ({type(error).__name__}: {error}).")
    # typer hands Ctrl-C inside a command back as the exit code that a shell gives to it.
    return _say("Stopped.") if ended == INTERRUPTED else 0


def _say(sentence: str) -> int:
    typer.echo(" ".join(sentence.split()), err=True)
    return 2


if __name__ == "__main__":
    sys.exit(main())
