"""Batches as the log holds them, written without a model: a page that shows one needs none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from storage.annotations import Target, add_tag
from storage.batches import begin_batch
from storage.comparison import run_record
from storage.history import prompt_ids_of
from storage.log import Log
from storage.pending import PendingRow, gathered
from storage.records import AskedAnswer, Comparison, Expectation, Prompt, Refused, Run, RunKind, RunStatus
from tests.storage.measures.histories import told
from tests.storage.samples import ALBERT, BERT, run

OPTIONS = {"source": "people.csv", "top_k": 3, "checkpoints": [BERT.name, ALBERT.name]}


def sentences(n: int, of: str = "Town") -> list[str]:
    return [f"{of} {number} is [MASK]." for number in range(n)]


def complete_batch(
    texts: Sequence[str],
    *,
    number: int = 1,
    label: str | None = None,
    expected: str | None = None,
    tags: Mapping[str, Sequence[str]] | None = None,
    refused: Sequence[Refused] = (),
    kind: RunKind = RunKind.BATCH,
) -> str:
    """A batch of two checkpoints that is at its end; BERT says `right` first, ALBERT something else. Its id."""
    lists = {BERT: ["right", "b", "c"], ALBERT: ["left", "b", "d"]}
    asked = tuple(
        AskedAnswer(told(by, words, text=text), 3.0, reused=False, row_number=row)
        for row, text in enumerate(texts, start=2)
        for by, words in lists.items()
    )
    options = {**OPTIONS, "n_rows": len(texts), "n_refused": len(refused)}
    of = replace(run(number, options), kind=kind, label=label, status=RunStatus.COMPLETE)
    words = tuple(Expectation(Prompt(text), 0, expected) for text in texts) if expected else ()
    with Log.open() as log:
        log.append(Comparison(of, asked, expectations=words, refused=tuple(refused)))
        ids = prompt_ids_of(log.database, of.run_id)
        for tag, bearing in (tags or {}).items():
            for text in bearing:
                add_tag(log.database, Target(prompt_id=ids[text]), tag)
    return of.run_id


def begun_batch(texts: Sequence[str], *, number: int = 2, status: RunStatus = RunStatus.RUNNING, **options: object) -> str:
    """A batch of which nothing is answered yet, begun with weights that nobody has any more; its id."""
    identities = {each.name: list(each.identity) for each in (BERT, ALBERT)}
    made = run(number, {**OPTIONS, "identities": identities, "n_rows": len(texts), **options})
    of = replace(made, kind=RunKind.BATCH, status=RunStatus.RUNNING, finished_at=None)
    rows = [PendingRow(position, position + 1, text) for position, text in enumerate(texts, start=1)]
    with Log.open() as log:
        with gathered(rows) as kept:
            begin_batch(log.database, of, kept)
        if status is not RunStatus.RUNNING:
            log.update_run(replace(of, status=status))
    return of.run_id


def run_of(run_id: str) -> Run:
    """The run as the log holds it now."""
    with Log.open() as log:
        found = run_record(log.database, run_id)
    assert found is not None
    return found
