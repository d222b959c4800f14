"""Maskboard in a notebook or a script: the same use cases as the pages and the commands, as methods of one object.

from pipelines.board import Board

with Board() as board:
    reply = board.ask("The capital of France is [MASK].")
    batch = board.batch("prompts.csv")
    frame = board.rows(batch.run_id).to_pandas()
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Self

import pyarrow as pa

from pipelines import checkpoints
from pipelines.analysis.filters import read_filters
from pipelines.analysis.report import Json, View, view_as_json
from pipelines.ask import AskReply, AskRequest, ask, read_expected
from pipelines.batch import BatchRequest, Outcome, Summary, carry_out, submit, summarise
from pipelines.batch.progress import OnProgress
from pipelines.prompt_files import Columns, open_prompts
from pipelines.settings import read_settings
from pipelines.shelf import Shelf
from storage.database import default_path
from storage.log import Log
from storage.tables import table_of_run, table_of_view


class Board:
    """A log and the checkpoints that answer into it. Loads a checkpoint when it is asked first, and keeps it.

    One process holds a log at a time: while the dashboard runs, name another file, or ask over HTTP.
    """

    def __init__(self, log: Path | str | None = None) -> None:
        """Open a log: the file named, else the one of `MASKBOARD_HISTORY`, else the project's. Raises StorageError.

        Raises `SettingsProblem` for settings that cannot be used.
        """
        self.settings = read_settings()
        self.log = Log.open(default_path() if log is None else Path(log))
        self.shelf = Shelf(self.settings)

    def close(self) -> None:
        """Free the log for other processes, and the checkpoints."""
        self.shelf.close()
        self.log.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def checkpoints(self) -> tuple[str, ...]:
        """Who is asked where nobody is named: one checkpoint of each family, the full-size one where it is at hand."""
        return checkpoints.defaults(self.settings)

    def ask(
        self,
        prompt: str,
        *,
        checkpoints: Sequence[str] = (),
        top_k: int = 5,
        candidates: Sequence[str] = (),
        expected: str = "",
        label: str | None = None,
        author: str | None = None,
    ) -> AskReply:
        """Ask one prompt and keep every answer.

        Args:
            prompt: a sentence with [MASK].
            checkpoints: names of the catalogue; `self.checkpoints` without any.
            top_k: predictions of each.
            candidates: words to score at every mask.
            expected: right words, alternatives with `|`, masks with `;`.
            label: a name for the run.
            author: who asks.

        Raises `PromptError` and the other sentences of `pipelines.errors.PipelineError`.
        """
        request = AskRequest(
            text=prompt,
            checkpoints=tuple(checkpoints) or self.checkpoints,
            top_k=top_k,
            candidates=tuple(candidates),
            expected=read_expected(expected),
            label=label,
            author=author,
        )
        return ask(request, self.shelf, self.log)

    def batch(
        self,
        prompts: Path | str | Sequence[str],
        *,
        checkpoints: Sequence[str] = (),
        top_k: int = 5,
        columns: Columns | None = None,
        label: str | None = None,
        author: str | None = None,
        on_progress: OnProgress | None = None,
    ) -> Outcome:
        """Ask a file, or a list of prompts, and keep every answer; a line that cannot be asked is kept with its reason.

        Stopped with Ctrl-C or by an error, it is resumed with `resume(run_id)`: `storage.pending.unfinished` names those.

        Args:
            prompts: the path of a CSV, TSV, TXT or JSONL file, or the prompts themselves.
            checkpoints: names of the catalogue; `self.checkpoints` without any.
            top_k: predictions of each.
            columns: which column of the file is what, where their names do not say.
            label: a name for the run; the file's name without one.
            author: who asks.
            on_progress: told after each chunk.

        Raises PipelineError for what cannot be read or asked, and StorageError where the log cannot be written.
        """
        given: Path | str
        if isinstance(prompts, str | Path):
            given, name = Path(prompts), None
            source = given.name
        else:
            given, name = "\n".join(" ".join(each.splitlines()) for each in prompts), "prompts.txt"
            source = f"{len(prompts):,} prompts"
        request = BatchRequest(tuple(checkpoints) or self.checkpoints, source, top_k, label or source, author)
        with open_prompts(given, name, columns) as read:
            submitted = submit(read, request, self.shelf, self.log)
        return self.resume(submitted.run_id, on_progress=on_progress)

    def resume(self, run_id: str, *, on_progress: OnProgress | None = None) -> Outcome:
        """Answer what is left of a batch. Raises `BatchProblem` where there is no such batch, or it is complete."""
        return carry_out(run_id, shelf=self.shelf, log=self.log, on_progress=on_progress)

    def summary(self, run_id: str, depth: int = 5) -> Summary:
        """What came of a batch, with intervals. Raises `BatchProblem` where there is no such batch."""
        return summarise(self.log.database, run_id, depth)

    def analyze(self, view: str, *filters: str, depth: int = 5) -> Json:
        """The numbers of a view, as `python -m pipelines analyze --json` gives them.

        Args:
            view: overlap, distributions, vocabulary, diversity, accuracy or disagreements.
            filters: such as `"checkpoint=bert-mini"` or `"run=..."`.
            depth: how many words of each list count.

        Raises ValueError for another view, and `FilterInvalid` for another filter.
        """
        return view_as_json(View(view), self.log.database, read_filters(filters), depth)

    def rows(self, run_id: str | None = None, view: str = "predictions", *filters: str) -> pa.Table:
        """Rows of a view as an Arrow table; `.to_pandas()` makes a frame of it.

        Args:
            run_id: of one run; None for all of the log that passes the filters.
            view: such as predictions, answers, agreements, asks, prompts, refused_prompts (docs/storage.md).
            filters: as in `analyze`, where no run is named.

        Raises StorageError where there is no such view.
        """
        if run_id is not None:
            return table_of_run(self.log.database, view, run_id)
        return table_of_view(self.log.database, view, read_filters(filters))
