"""`python -m storage repair`: bring back a log whose WAL is damaged."""

from __future__ import annotations

import typer

from storage.commands.free_log import free_log
from storage.commands.output_file import reader_may_leave
from storage.database import default_path


def repair_command() -> None:
    """Bring back a log that does not open because its .wal is damaged. The damaged files are kept under other names."""
    from storage.repair import repair

    with free_log("Nothing was repaired.", "repair"):
        repaired = repair(default_path())
    with reader_may_leave():
        typer.echo(repaired.in_words())
