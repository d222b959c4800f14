"""A file asked from a shell: into the log where it is free, else into a private one that is handed to whoever has it open."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from pipelines.batch.errors import BatchProblem
from pipelines.batch.request import MEMORY_MB, BatchRequest, submit
from pipelines.batch.running import carry_out, give_up
from pipelines.batch.summary import Summary, summarise
from pipelines.batch.watching import watched
from pipelines.prompt_files import Columns, FilePrompt, Problem, open_product, open_prompts
from pipelines.shelf import Shelf
from storage.database import default_path
from storage.door import is_taken_here, wait_for_files
from storage.errors import LogLocked, StorageError
from storage.exports import export, of_run
from storage.inbox import private_log, take_all, why_not_taken
from storage.lending import borrow_answers
from storage.log import Log
from storage.output import Format
from storage.shell_copy import at_hand
from storage.whole_file import refuse_the_log


@dataclass(frozen=True, slots=True)
class PromptFile:
    """A file of prompts, and how it is to be read."""

    path: Path
    """`-` is standard input."""
    columns: Columns | None = None
    templates: Path | None = None
    words: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What it is called."""
        return "standard input" if str(self.path) == "-" else self.path.name

    @contextmanager
    def opened(self) -> Iterator[Iterator[FilePrompt | Problem]]:
        """Its prompts, one at a time. Raises what `open_prompts` and `open_product` raise."""
        given = sys.stdin.buffer.read() if str(self.path) == "-" else self.path
        if self.words:
            with open_product(given, self.words) as prompts:
                yield prompts
            return
        name = self.name if isinstance(given, bytes) else None
        with open_prompts(given, name, self.columns, templates=self.templates) as prompts:
            yield prompts


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of it."""

    summary: Summary
    interrupted: bool
    """Whether somebody pressed Ctrl-C; what was answered before is kept."""


def ask_file(
    given: PromptFile | str,
    request: BatchRequest,
    *,
    shelf: Shelf,
    console: Console,
    out: tuple[Path, Format] | None = None,
) -> Asked:
    """Ask a file, or go on with the batch whose run is named, and write its predictions to `out`.

    What is worth knowing meanwhile is said on `console`. Raises what `submit` and `carry_out` raise, and StorageError.
    """
    path = default_path()
    if out is not None:
        refuse_the_log(out[0], path)
    try:
        log = Log.open(path)
    except LogLocked as locked:
        if not is_taken_here(path):
            raise
        if isinstance(given, str):
            raise BatchProblem(
                f"{_holder(locked)} Resume the batch there, on the page Batch, or stop it and try again."
            ) from locked
        _say(console, f"{_holder(locked)} It is handed the answers at the end.")
        return _handed_over(path, given, request, shelf, console, out)
    with log:
        take_all(log.database)
        asked = _ask(log, given, request, shelf, console)
    _write_out(path, asked, out, console)
    return asked


def _handed_over(
    path: Path, given: PromptFile, request: BatchRequest, shelf: Shelf, console: Console, out: tuple[Path, Format] | None
) -> Asked:
    with private_log(path) as private:
        with Log.open(private) as log:
            asked = _ask(log, given, request, shelf, console, path)
        _write_out(private, asked, out, console)
    run_id = asked.summary.counts.run.run_id
    try:
        with console.status("The dashboard takes the answers over."):
            wait_for_files(lambda: not private.parent.exists() or why_not_taken(private) is not None or not is_taken_here(path))
    except KeyboardInterrupt:
        _say(console, f"The answers lie in {private.parent}; the dashboard takes them over by itself.")
        return Asked(asked.summary, interrupted=True)
    if not private.parent.exists():
        _say(console, f"Handed over: the dashboard has taken the answers into the history as run {run_id}.")
    elif (reason := why_not_taken(private)) is not None:
        raise BatchProblem(f"The answers are in {private}, and were not taken over: {reason}")
    else:
        _say(console, f"The answers lie in {private.parent}; the dashboard takes them over when it is started again.")
    return asked


def _ask(
    log: Log,
    given: PromptFile | str,
    request: BatchRequest,
    shelf: Shelf,
    console: Console,
    history: Path | None = None,
) -> Asked:
    """Ask into `log`; what the log at `history` knows, which another process has open, is taken from there."""
    if isinstance(given, str):
        run_id = given
    else:
        with given.opened() as prompts:
            submitted = submit(prompts, request, shelf, log)
        run_id = submitted.run_id
        if submitted.n_refused:
            lines = "1 line cannot be" if submitted.n_refused == 1 else f"{submitted.n_refused:,} lines cannot be"
            _say(console, f"{lines} asked; each is kept with its reason: {_refused_query(run_id)}")
    interrupted = False
    try:
        if history is not None:
            _borrow(log, run_id, request, shelf, history, console)
        with watched(console) as show:
            carry_out(run_id, shelf=shelf, log=log, on_progress=show)
    except KeyboardInterrupt:
        interrupted = True
        give_up(run_id, log)
        _say(console, "What was answered before is kept.")
    return Asked(summarise(log.database, run_id), interrupted)


def _borrow(log: Log, run_id: str, request: BatchRequest, shelf: Shelf, history: Path, console: Console) -> None:
    """Nothing is computed that the history knows. Without it everything is, which is said."""
    try:
        with console.status("Looking into a copy of the history that the dashboard takes."):
            copy = at_hand(history).snapshot
            with log.database.within(MEMORY_MB):
                borrow_answers(log.database, run_id, tuple(shelf.identify(name) for name in request.checkpoints), copy)
    except StorageError as error:
        _say(console, f"The history cannot be looked into, so every prompt is computed: {error}")


def _refused_query(run_id: str) -> str:
    where = f"run_id = '{run_id}'"
    return f'python -m storage export refused_prompts --where "{where}" --out refused.csv'


def _write_out(log: Path, asked: Asked, out: tuple[Path, Format] | None, console: Console) -> None:
    if out is None:
        return
    file, form = out
    manifest = export(of_run("predictions", asked.summary.counts.run.run_id), at_hand(log).snapshot, form, file)
    _say(console, f"Wrote {manifest.rows:,} predictions to {file}.")


def _holder(locked: LogLocked) -> str:
    return str(locked).removesuffix(locked.remedy).rstrip()


def _say(console: Console, sentence: str) -> None:
    console.print(sentence, markup=False, highlight=False, soft_wrap=True)
