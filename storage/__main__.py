"""`python -m storage`: what can be done with the log at a command line."""

from __future__ import annotations

import sys

import typer

from storage.commands.backup import backup_command, restore_command
from storage.commands.export import export_command
from storage.commands.importing import import_command
from storage.commands.query import query
from storage.commands.repair import repair_command
from storage.commands.verify import verify_command
from storage.errors import StorageError

INTERRUPTED = 130

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)
app.command()(query)
app.command("export")(export_command)
app.command("import")(import_command)
app.command("backup")(backup_command)
app.command("restore")(restore_command)
app.command("verify")(verify_command)
app.command("repair")(repair_command)


@app.callback()
def storage() -> None:
    """Read Maskboard's log: everything that was asked and answered, and bring answers from elsewhere into it."""


def main(arguments: list[str] | None = None) -> int:
    """Run a command: 0, or 2 and one sentence on standard error; `verify` gives 1 where something is wrong."""
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
    if ended == INTERRUPTED:
        return _say("Stopped.")
    return ended if isinstance(ended, int) else 0


def _say(sentence: str) -> int:
    typer.echo(" ".join(sentence.split()), err=True)
    return 2


if __name__ == "__main__":
    sys.exit(main())
