"""`python -m pipelines check`: a suite of expectations, or published answers, held against the checkpoints at hand."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.errors import PipelineError
from storage.errors import StorageError

if TYPE_CHECKING:
    from pipelines.check.asking import Progress
    from pipelines.check.verdicts import Report

FAILED = 1
"""Exit code where something did not hold; 2 is for what cannot be checked at all, as everywhere."""


def check_command(
    file: Annotated[
        Path | None, typer.Argument(metavar="SUITE", help="YAML, or a table with a case in each row.", show_default=False)
    ] = None,
    published: Annotated[
        bool,
        typer.Option("--published", help="The file holds answers that real weights gave; without a file, the sample."),
    ] = False,
    checkpoint: Annotated[
        list[str] | None, typer.Option(help="In place of those that the suite names for all cases; may be repeated.")
    ] = None,
    top_k: Annotated[
        int | None, typer.Option(min=1, max=1000, help="In place of the top_k that the suite names for all cases.")
    ] = None,
    junit: Annotated[Path | None, typer.Option(help="Write JUnit XML here, too.", show_default=False)] = None,
    show_all: Annotated[bool, typer.Option("--all", help="Tell of what held, too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Hold checkpoints to what is expected of them. Exit code 0: all holds. 1: something does not. 2: it cannot be told."""
    from rich.console import Console

    from pipelines.check.junit import problem_as_junit, report_as_junit
    from pipelines.check.reply import report_as_json, report_as_lines
    from storage.samples import FILE as SAMPLE

    if file is None and not published:
        raise typer.BadParameter("Name a file of cases (docs/check.md shows one), or use --published.", param_hint="SUITE")
    if published and top_k is not None:
        raise typer.BadParameter("Published answers have their own lengths. Leave it out.", param_hint="--top-k")
    source = SAMPLE if file is None else file
    if junit is not None:
        _check_target(junit, source)
        # Until there is a result the file says that there is none: also after a kill no older one is taken for it.
        _write(junit, problem_as_junit(source.name, "The check did not come to its end."))
    try:
        report = _carry_out(source, tuple(checkpoint or ()), top_k, published=published)
    except (PipelineError, StorageError) as problem:
        if junit is not None:
            _write(junit, problem_as_junit(source.name, str(problem)))
        raise
    if junit is not None:
        _write(junit, report_as_junit(report))
    if as_json:
        sys.stdout.write(json.dumps(report_as_json(report), ensure_ascii=False, allow_nan=False, indent=2) + "\n")
    else:
        console = Console()
        for line in report_as_lines(report, show_all=show_all):
            console.print(line, soft_wrap=True)
    if not report.held:
        raise typer.Exit(FAILED)


def _carry_out(source: Path, checkpoints: tuple[str, ...], top_k: int | None, *, published: bool) -> Report:
    from pipelines.check.checking import check_suite
    from pipelines.check.comparing import check_published
    from pipelines.check.published import Published, read_published
    from pipelines.check.suite import read_suite
    from pipelines.settings import read_settings
    from pipelines.shelf import Shelf

    # Whatever is wrong with the file is told before a checkpoint is looked for.
    given = read_published(source) if published else read_suite(source)
    shelf = Shelf(read_settings())
    try:
        with _progress() as watch:
            if isinstance(given, Published):
                return check_published(given, shelf, checkpoints=checkpoints, on_progress=watch)
            return check_suite(given, shelf, checkpoints=checkpoints, top_k=top_k, on_progress=watch)
    finally:
        shelf.close()


@contextmanager
def _progress() -> Iterator[Progress | None]:
    """A bar on stderr while prompts are answered, where that is a terminal."""
    from rich.console import Console
    from rich.progress import Progress as Bars

    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    with Bars(console=console, transient=True) as bars:
        bar = bars.add_task("prompts", total=None)
        yield lambda done, total: bars.update(bar, completed=done, total=total)


def _check_target(junit: Path, source: Path) -> None:
    """Raise `CheckError` or StorageError where the XML would take the place of the suite or of the log."""
    from pipelines.check.problems import CheckError
    from storage.database import default_path
    from storage.whole_file import refuse_the_log

    if junit.is_dir():
        raise CheckError(f"{junit} is a folder. Name a file with --junit.")
    if junit.exists() and source.exists() and junit.samefile(source):
        raise CheckError(f"The XML would overwrite {source}. Name another file with --junit.")
    refuse_the_log(junit, default_path())


def _write(junit: Path, document: bytes) -> None:
    from pipelines.check.problems import CheckError
    from storage.whole_file import FileUnwritable, whole_file

    try:
        with whole_file(junit) as file:
            file.write(document)
    except FileUnwritable as error:
        raise CheckError(f"The file {junit} cannot be written: {error.reason}. Name another one with --junit.") from error
