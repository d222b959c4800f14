"""`python -m storage verify`: whether a log or a backup is whole."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from storage.commands.free_log import free_log
from storage.commands.output_file import reader_may_leave
from storage.database import default_path


def verify_command(
    file: Annotated[
        Path | None, typer.Argument(help="A log or a backup; the log where none is named.", show_default=False)
    ] = None,
) -> None:
    """Read every block and ask every invariant: exit code 0, or 1 with a list of what is wrong."""
    from storage.verification import INVARIANTS, verify

    path = file or default_path()
    with free_log("Nothing was read.", "verify"):
        findings = verify(path)
    wrong = [each for each in findings if not each.harmless]
    with reader_may_leave():
        for each in findings:
            typer.echo(each.in_words())
        if not wrong:
            typer.echo(f"{path} is whole: every block was read, and {len(INVARIANTS)} questions found nothing wrong.")
    if wrong:
        raise typer.Exit(1)
