"""`python -m pipelines ask|analyze|batch|check|models|replay|train`. Exit code 0, or 2 with one sentence on stderr."""

from __future__ import annotations

import io
import json
import sys
from typing import Annotated

import typer
from rich.console import Console

from pipelines.analysis.command import analyze
from pipelines.batch.command import batch_command
from pipelines.check.command import check_command
from pipelines.errors import PipelineError
from pipelines.replay_command import replay_command
from pipelines.training.__main__ import main as train_command
from storage.errors import StorageError

INTERRUPTED = 130

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)


@app.command("ask")
def ask_command(
    text: Annotated[str, typer.Argument(help="A sentence with [MASK].", show_default=False)],
    checkpoint: Annotated[list[str] | None, typer.Option(help="Name in the catalogue; may be repeated.")] = None,
    top_k: Annotated[int, typer.Option(help="How many predictions of each checkpoint.")] = 5,
    candidate: Annotated[list[str] | None, typer.Option(help="A word to score; may be repeated.")] = None,
    expected: Annotated[str, typer.Option(help="Right words: alternatives with |, masks with ;.")] = "",
    no_log: Annotated[bool, typer.Option("--no-log", help="Leave no trace in the log.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    label: Annotated[str | None, typer.Option(help="A name for this run.")] = None,
    author: Annotated[str | None, typer.Option(help="Who asks.")] = None,
) -> None:
    """Ask one prompt of several checkpoints and keep every answer."""
    from pipelines import ask, checkpoints, reply
    from pipelines.settings import read_settings
    from pipelines.shelf import Shelf
    from storage.log import Log

    settings = read_settings()
    request = ask.AskRequest(
        text=text,
        checkpoints=tuple(checkpoint) if checkpoint else checkpoints.defaults(settings),
        top_k=top_k,
        candidates=tuple(candidate or ()),
        expected=ask.read_expected(expected),
        label=label,
        author=author,
        record=not no_log,
        jointly=not as_json,  # the JSON holds each mask on its own
    )
    shelf = Shelf(settings)
    try:
        if no_log:
            answered = ask.ask(request, shelf, None)
        else:
            with Log.open() as log:
                answered = ask.ask(request, shelf, log)
    finally:
        shelf.close()
    if as_json:
        sys.stdout.write(
            json.dumps(reply.comparison_as_json(answered.comparison), ensure_ascii=False, allow_nan=False, indent=2) + "\n"
        )
    else:
        console = Console()
        for part in reply.comparison_as_tables(answered.comparison):
            console.print(part)
    if answered.not_saved is not None:
        raise PipelineError(f"The answers above could not be kept: {answered.not_saved}")


@app.command("models")
def models_command(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    download: Annotated[str | None, typer.Option(help="Fetch this checkpoint from the hub, after saying its size.")] = None,
) -> None:
    """List the catalogue and where each checkpoint is served from, or download one."""
    from pipelines import catalogue, checkpoints, reply
    from pipelines.settings import read_settings

    settings = read_settings()
    if download is not None:
        _download(download)
    entries = [(entry, checkpoints.locate(entry.name, settings)) for entry in catalogue.catalogue(settings)]
    if as_json:
        sys.stdout.write(json.dumps(reply.models_as_json(entries), indent=2) + "\n")
    else:
        Console().print(reply.models_as_table(entries))


app.command("analyze")(analyze)
app.command("batch")(batch_command)
app.command("check")(check_command)
app.command("replay")(replay_command)
app.command("train")(train_command)


def _download(name: str) -> None:
    """Progress on stderr, so that what is printed stays JSON where JSON was asked for."""
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    from pipelines.download import DownloadProgress, download_checkpoint
    from pipelines.settings import read_settings

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        bar = bars.add_task(name, total=None)

        def watch(progress: DownloadProgress) -> None:
            bars.update(bar, total=progress.bytes_total, completed=progress.bytes_done)

        download_checkpoint(name, settings=read_settings(), watch=watch)


def main() -> int:
    """Run a command; every problem a person can mend is one sentence on stderr."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that cannot show a character gets its escape, not a trace after the answers were kept.
            stream.reconfigure(errors="backslashreplace")
    try:
        ended = app(standalone_mode=False)
        sys.stdout.flush()
    except (PipelineError, StorageError) as problem:
        return _say(str(problem))
    except OSError as problem:
        return _say(f"The output cannot be written ({problem.strerror}). What was said to be saved is saved.")
    except Exception as problem:
        if hasattr(problem, "format_message"):  # a usage error of the command line itself
            return _say(f"{problem.format_message()}{_hint()}")
        raise
    # Ctrl-C inside a command comes back as the exit code that a shell gives to it.
    return _say("Stopped.") if ended == INTERRUPTED else int(ended or 0)


def _hint() -> str:
    dashed = [argument for argument in sys.argv[2:] if argument.startswith("-") and "[MASK]" in argument.upper()]
    return " A prompt that starts with a dash goes behind --." if dashed else " See python -m pipelines --help."


def _say(sentence: str) -> int:
    sys.stderr.write(" ".join(sentence.split()) + "\n")
    return 2


if __name__ == "__main__":
    sys.exit(main())
