"""A batch from its file to its last answer, with the bundled checkpoints and a real log."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines import answers
from pipelines.ask import AskError, AskRequest, ask
from pipelines.batch import BatchProblem, BatchProgress, BatchRequest, Submitted, carry_out, count, running, submit, summarise
from pipelines.errors import CheckpointError
from pipelines.prompt_files import FilePrompt, Problem, UnreadableFile, open_prompts
from pipelines.shelf import Shelf
from storage import history
from storage.comparison import run_record
from storage.errors import DiskFull
from storage.log import Log
from storage.pending import count_pending
from storage.records import Comparison, RunKind, RunStatus
from storage.removal import Target, remove
from storage.verification import inspect
from tests.logs import new_log
from tests.pipelines.conftest import MINIS, PROMPTS

TEXTS = tuple(prompt.text for prompt in PROMPTS[:40])
REQUEST = BatchRequest(MINIS, "prompts.csv", label="trial", author="Ada")


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    with new_log(tmp_path / "log.duckdb") as opened:
        yield opened


def lines(texts: Sequence[str]) -> list[FilePrompt | Problem]:
    return [FilePrompt(number, text) for number, text in enumerate(texts, start=2)]


def begun(shelf: Shelf, log: Log, texts: Sequence[str] = TEXTS, request: BatchRequest = REQUEST) -> Submitted:
    return submit(lines(texts), request, shelf, log)


def facts(comparison: Comparison) -> list[tuple[object, ...]]:
    """What was answered, in an order of its own; probabilities as far as they do not depend on who shared the pass."""
    return sorted(
        (
            asked.row_number,
            asked.answer.prompt.text,
            asked.answer.mask_index,
            asked.answer.checkpoint.name,
            tuple(line.piece for line in asked.answer.predictions),
            tuple(round(line.logprob or 0, 3) for line in asked.answer.predictions),
        )
        for asked in comparison.answers
    )


def kept(log: Log, run_id: str) -> Comparison:
    found = history.comparison(log.database, run_id)
    assert found is not None
    return found


def test_every_prompt_is_answered_as_it_is_alone(shelf: Shelf, log: Log, tmp_path: Path) -> None:
    told = begun(shelf, log, TEXTS[:12])
    outcome = carry_out(told.run_id, shelf=shelf, log=log)
    assert (outcome.status, outcome.n_rows, outcome.n_done, outcome.n_reused) == (RunStatus.COMPLETE, 12, 12, 0)
    comparison = kept(log, told.run_id)
    assert comparison.run.kind is RunKind.BATCH
    assert (comparison.run.label, comparison.run.author) == ("trial", "Ada")
    assert comparison.run.environment["torch"]
    with Log.open(tmp_path / "alone.duckdb") as other:
        alone = [
            replace(asked, row_number=row)
            for row, text in enumerate(TEXTS[:12], start=2)
            for asked in ask(AskRequest(text, MINIS, jointly=False), shelf, other).comparison.answers
        ]
    assert facts(comparison) == facts(replace(comparison, answers=tuple(alone)))
    assert not log.database.read(lambda cursor: inspect(cursor, log.path))


def test_what_stands_beside_the_prompts_is_kept(shelf: Shelf, log: Log) -> None:
    capital = FilePrompt(2, "The capital of France is [MASK].", (("paris", "lyon"),), ("rome",), "geography")
    pair = FilePrompt(4, "[MASK] and [MASK].", ((), ("women",)), (), "pairs")
    rows: list[FilePrompt | Problem] = [
        capital,
        Problem(3, "no mask", "There is no mask. Put [MASK] where a word is missing."),
        pair,
        FilePrompt(5, "word " * 3000 + "[MASK]"),
    ]
    told = submit(rows, REQUEST, shelf, log)
    assert (told.n_rows, told.n_refused) == (3, 1)
    carry_out(told.run_id, shelf=shelf, log=log)
    comparison = kept(log, told.run_id)
    assert {(each.prompt.text, each.mask_index, each.word) for each in comparison.expectations} == {
        (capital.text, 0, "paris"),
        (capital.text, 0, "lyon"),
        (pair.text, 1, "women"),
    }
    assert [each.word for each in comparison.answers[0].answer.candidates] == ["rome", "paris", "lyon"]
    assert [(each.row_number, each.text[:8]) for each in comparison.refused] == [(3, "no mask"), (5, "word wor")]
    assert "pieces long" in comparison.refused[1].problem
    tags = log.database.rows("SELECT prompt, text, author FROM annotations ORDER BY text")
    assert tags == [(capital.text, "geography", "Ada"), (pair.text, "pairs", "Ada")]
    counts = count(log.database, told.run_id)
    assert (counts.n_rows, counts.n_answered, counts.n_refused, counts.n_pending, counts.n_expected) == (3, 2, 2, 0, 2)


def test_candidates_that_take_too_many_passes_refuse_their_own_row_only(shelf: Shelf, log: Log) -> None:
    long_words = tuple(f"{letter * 2}qzxjvkwqzxjvkw{letter}" for letter in "abcdefghijklmnop")
    rows = [FilePrompt(n, text, (), long_words if n == 4 else ()) for n, text in enumerate(("[MASK] " * 10,) * 6, start=1)]
    told = submit(rows, REQUEST, shelf, log)
    carry_out(told.run_id, shelf=shelf, log=log)
    comparison = kept(log, told.run_id)
    assert [each.row_number for each in comparison.refused] == [4]
    assert "Name fewer or shorter words" in comparison.refused[0].problem
    assert {each.row_number for each in comparison.answers} == {1, 2, 3, 5, 6}


def test_doubles_are_computed_once_and_answered_each(shelf: Shelf, log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    computed: list[int] = []

    def counting(checkpoints: object, questions: Sequence[object], *more: object, **named: object) -> answers.Filled:
        computed.append(len(questions))
        return answers.fill(checkpoints, questions, *more, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(running, "fill", counting)
    told = begun(shelf, log, ["Twice [MASK].", "Once [MASK].", "Twice [MASK].", "Twice  [MASK]."][:3] * 2)
    outcome = carry_out(told.run_id, shelf=shelf, log=log)
    assert (sum(computed), outcome.n_done) == (2, 6)
    comparison = kept(log, told.run_id)
    assert {each.row_number for each in comparison.answers} == set(range(2, 8))
    assert sum(each.reused for each in comparison.answers) == 4 * len(MINIS)


def test_a_file_asked_again_runs_no_model(shelf: Shelf, log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    first = begun(shelf, log)
    carry_out(first.run_id, shelf=shelf, log=log)
    monkeypatch.setattr(running, "fill", None)
    monkeypatch.setattr(Shelf, "get", None)
    again = begun(shelf, log)
    outcome = carry_out(again.run_id, shelf=shelf, log=log)
    assert (outcome.n_reused, outcome.n_done) == (len(TEXTS), len(TEXTS))
    assert facts(kept(log, first.run_id)) == facts(kept(log, again.run_id))
    assert run_record(log.database, again.run_id).environment == {}  # type: ignore[union-attr]
    counts = count(log.database, again.run_id)
    assert (counts.n_reused, counts.n_answered) == (len(TEXTS), len(TEXTS))


def test_progress_tells_what_is_done_and_what_is_being_answered(shelf: Shelf, log: Log) -> None:
    told = begun(shelf, log)
    seen: list[BatchProgress] = []
    carry_out(told.run_id, shelf=shelf, log=log, on_progress=seen.append)
    assert (seen[0].n_done, seen[0].now, seen[0].rate, seen[0].seconds_left) == (0, "", None, None)
    assert [each.n_done for each in seen] == sorted(each.n_done for each in seen)
    assert {each.n_rows for each in seen} == {len(TEXTS)}
    assert {each.now for each in seen[1:]} <= set(TEXTS)
    last = seen[-1]
    assert (last.n_done, last.share, last.seconds_left) == (len(TEXTS), 1.0, 0.0)
    assert last.rate is not None
    assert last.rate > 0


def test_the_memory_of_the_log_is_limited_as_long_as_it_runs(shelf: Shelf, log: Log) -> None:
    def limit(_: object = None) -> None:
        limits.extend(log.database.rows("SELECT memory_limit FROM pragma_database_size()")[0])

    limits: list[str] = []
    limit()
    carry_out(begun(shelf, log, TEXTS[:2]).run_id, shelf=shelf, log=log, on_progress=limit)
    assert set(limits[1:]) == {"190.7 MiB"}
    limit()
    assert limits[-1] == limits[0] != "190.7 MiB"


def test_a_stop_keeps_what_is_done_and_the_rest_is_resumed(shelf: Shelf, log: Log) -> None:
    told = begun(shelf, log)
    stop = threading.Event()

    def stopping(progress: BatchProgress) -> None:
        if progress.n_done >= 16:
            stop.set()

    outcome = carry_out(told.run_id, shelf=shelf, log=log, on_progress=stopping, stop=stop)
    assert (outcome.status, outcome.n_done) == (RunStatus.CANCELLED, 16)
    stopped = run_record(log.database, told.run_id)
    assert stopped is not None
    assert (stopped.status, count_pending(log.database, told.run_id)) == (RunStatus.CANCELLED, len(TEXTS) - 16)
    again = carry_out(told.run_id, shelf=shelf, log=log)
    assert (again.status, again.n_here, again.n_done) == (RunStatus.COMPLETE, len(TEXTS) - 16, len(TEXTS))
    rows = [each.row_number for each in kept(log, told.run_id).answers if each.answer.checkpoint.name == "bert-mini"]
    assert rows == sorted(set(range(2, len(TEXTS) + 2)))
    with pytest.raises(BatchProblem, match="complete"):
        carry_out(told.run_id, shelf=shelf, log=log)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("out of nowhere"), DiskFull(Path("log"))])
def test_whatever_ends_it_it_can_be_resumed(shelf: Shelf, log: Log, error: BaseException) -> None:
    told = begun(shelf, log, TEXTS[:30])

    def breaking(progress: BatchProgress) -> None:
        if progress.n_done >= 16:
            raise error

    with pytest.raises(type(error)):
        carry_out(told.run_id, shelf=shelf, log=log, on_progress=breaking)
    ended = run_record(log.database, told.run_id)
    assert ended is not None
    assert ended.status is (RunStatus.CANCELLED if isinstance(error, KeyboardInterrupt) else RunStatus.FAILED)
    said = str(ended.options.get("problem", ""))
    assert said == {"DiskFull": str(error), "KeyboardInterrupt": ""}.get(type(error).__name__, said)
    assert "out of nowhere" not in said
    assert carry_out(told.run_id, shelf=shelf, log=log).n_done == 30
    ended = run_record(log.database, told.run_id)
    assert ended is not None
    assert "problem" not in ended.options
    assert not log.database.read(lambda cursor: inspect(cursor, log.path))


def test_a_batch_that_is_deleted_meanwhile_stays_deleted(shelf: Shelf, log: Log) -> None:
    told = begun(shelf, log)

    def deleting(progress: BatchProgress) -> None:
        if progress.n_done >= 16:
            remove(log.database, Target(run_id=told.run_id))

    with pytest.raises(Exception, match="not running any more"):
        carry_out(told.run_id, shelf=shelf, log=log, on_progress=deleting)
    assert log.database.rows("FROM run") == log.database.rows("FROM ask") == log.database.rows("FROM pending") == []


def test_other_weights_do_not_finish_what_these_began(shelf: Shelf, log: Log) -> None:
    told = begun(shelf, log)
    run = run_record(log.database, told.run_id)
    assert run is not None
    identities = json.loads(json.dumps(run.options["identities"]))
    identities["bert-mini"][3] = "0" * 64
    log.update_run(replace(run, options={**run.options, "identities": identities}))
    with pytest.raises(BatchProblem, match="bert-mini stands for other weights now"):
        carry_out(told.run_id, shelf=shelf, log=log)
    assert count_pending(log.database, told.run_id) == len(TEXTS)


@pytest.mark.parametrize(
    ("request_", "error", "sentence"),
    [
        (replace(REQUEST, checkpoints=()), AskError, "No checkpoint is chosen"),
        (replace(REQUEST, checkpoints=("bert-mini", "bert-mini")), AskError, "named twice"),
        (replace(REQUEST, checkpoints=("gpt",)), CheckpointError, "gpt"),
        (replace(REQUEST, top_k=0), AskError, "top-k is 0"),
        (replace(REQUEST, label="x" * 201), AskError, "201 characters"),
    ],
)
def test_what_cannot_be_asked_begins_nothing(
    shelf: Shelf, log: Log, request_: BatchRequest, error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        begun(shelf, log, TEXTS, request_)
    assert log.database.rows("FROM run") == []


def test_an_empty_file_begins_nothing(shelf: Shelf, log: Log) -> None:
    with pytest.raises(BatchProblem, match=r"Nothing stands in prompts\.csv"):
        begun(shelf, log, [])
    with pytest.raises(UnreadableFile), open_prompts(b"", "empty.csv") as prompts:
        submit(prompts, REQUEST, shelf, log)
    assert log.database.rows("FROM run") == []


@pytest.mark.parametrize("name", ["none", "0199c3f1-0000-7000-8000-00000000abcd"])
def test_a_run_that_is_no_batch_is_not_carried_out(shelf: Shelf, log: Log, name: str) -> None:
    with pytest.raises(BatchProblem, match="There is no batch"):
        carry_out(name, shelf=shelf, log=log)
    with pytest.raises(BatchProblem, match="There is no batch"):
        summarise(log.database, name)


def test_a_summary_is_of_the_batch_alone(shelf: Shelf, log: Log) -> None:
    ask(AskRequest("She opened the [MASK].", MINIS, expected=(("door",),)), shelf, log)
    told = submit(
        [FilePrompt(n, text, (("years",),)) for n, text in enumerate(TEXTS[:16])], replace(REQUEST, label=None), shelf, log
    )
    carry_out(told.run_id, shelf=shelf, log=log)
    found = summarise(log.database, told.run_id)
    assert (found.counts.n_prompts, found.counts.n_answers) == (16, 48)
    assert {each.n for each in found.accuracy.checkpoints} == {16}
    assert {each.n for each in found.overlap.pairs} == {16}
    assert {each.prompt for each in found.telling.rows} <= set(TEXTS[:16])
    assert found.telling.rows
