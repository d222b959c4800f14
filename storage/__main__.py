"""`python -m storage`: what can be done with the log at a command line."""

from __future__ import annotations

import sys

import typer

from storage.commands.importing import import_command
from storage.commands.query import query
from storage.errors import StorageError

INTERRUPTED = 130

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)
app.command()(query)
app.command("import")(import_command)


@app.callback()
def storage() -> None:
    """Read Maskboard's log: everything that was asked and answered, and bring answers from elsewhere into it."""


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
