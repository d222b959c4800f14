"""The main job on real checkpoints and a real log: every answer is kept, none is computed twice, nothing bad leaves a trace."""

from __future__ import annotations

import json
import shutil
import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.agreement import as_asked
from pipelines.ask import AskError, AskRequest, ask, read_expected, write_expected
from pipelines.errors import PipelineError
from pipelines.fill_mask import LoadedCheckpoint
from pipelines.prompts import CandidateError, PromptError
from pipelines.reply import comparison_as_json
from pipelines.settings import read_settings
from pipelines.shelf import Shelf
from storage import history
from storage.comparison import comparison as read_comparison
from storage.log import Log
from storage.records import Expectation, Prompt, RunStatus
from storage.run_ids import new_run_id
from tests.conftest import ROOT
from tests.logs import new_log
from tests.pipelines.conftest import MINIS

SEED = "MLM and NSP is the [MASK] task of BERT."
REQUEST = AskRequest(SEED, MINIS)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    with new_log(tmp_path / "log.duckdb") as log:
        yield log


def runs(log: Log) -> int:
    return history.counts(log.database).runs


@pytest.mark.parametrize("text", [SEED, "[MASK] and [MASK] went home."], ids=["one mask", "two masks"])
def test_every_answer_is_kept_and_read_back_as_it_was_shown(text: str, shelf: Shelf, log: Log) -> None:
    request = replace(REQUEST, text=text, candidates=("main", "first"), author="ada", label="seed")
    shown = ask(request, shelf, log).comparison
    assert [each.answer.checkpoint.name for each in shown.answers] == list(MINIS) * shown.prompts[0].mask_count
    assert shown.saved
    kept = read_comparison(log.database, shown.run.run_id)
    assert kept is not None
    kept = as_asked(kept)
    assert kept.answers == shown.answers
    assert kept.agreements == shown.agreements
    assert kept.run.author == "ada"
    assert kept.run.status is RunStatus.COMPLETE


def test_a_repeated_ask_runs_no_model(shelf: Shelf, log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    first = ask(REQUEST, shelf, log).comparison

    def forbidden(*_: object) -> None:
        raise AssertionError("a model ran")

    monkeypatch.setattr(LoadedCheckpoint, "score", forbidden)
    again = ask(replace(REQUEST, text=f"  {SEED} "), shelf, log).comparison
    assert [each.reused for each in again.answers] == [True] * 3
    assert [each.answer for each in again.answers] == [each.answer for each in first.answers]
    assert again.agreements == first.agreements
    assert history.counts(log.database).prompts == 1
    assert runs(log) == 2
    shallower = ask(replace(REQUEST, top_k=2), shelf, log).comparison
    assert [each.answer.depth for each in shallower.answers] == [2, 2, 2]
    assert {each.depth for each in shallower.agreements} == {2}
    turned = ask(replace(REQUEST, checkpoints=MINIS[::-1]), shelf, log).comparison
    assert [each.answer.checkpoint.name for each in turned.answers] == list(MINIS[::-1])
    assert turned.agreements[0].checkpoint_a.name == MINIS[2]
    assert turned.agreements[0].jsd_shared == first.agreements[2].jsd_shared


def test_a_deeper_ask_a_new_word_or_a_new_checkpoint_is_computed(shelf: Shelf, log: Log) -> None:
    ask(replace(REQUEST, checkpoints=MINIS[:2]), shelf, log)
    deeper = ask(replace(REQUEST, checkpoints=MINIS[:2], top_k=9), shelf, log).comparison
    assert [each.reused for each in deeper.answers] == [False, False]
    assert [each.answer.depth for each in deeper.answers] == [9, 9]
    worded = ask(replace(REQUEST, checkpoints=MINIS[:2], candidates=("task",)), shelf, log).comparison
    assert [each.reused for each in worded.answers] == [False, False]
    three = ask(REQUEST, shelf, log).comparison
    assert [each.reused for each in three.answers] == [False, False, False]
    assert len(three.agreements) == 3


def test_without_recording_nothing_is_kept(shelf: Shelf, log: Log) -> None:
    reply = ask(replace(REQUEST, record=False), shelf, log)
    assert not reply.comparison.saved
    assert reply.not_saved is None
    with pytest.raises(PromptError):
        ask(replace(REQUEST, record=False, text="no blank"), shelf, log)
    assert runs(log) == 0


def test_several_masks_are_several_answers(shelf: Shelf, log: Log) -> None:
    shown = ask(replace(REQUEST, text="[MASK] and [MASK] went home."), shelf, log).comparison
    assert [(each.answer.mask_index, each.answer.checkpoint.name) for each in shown.answers] == [
        (mask_index, name) for mask_index in range(2) for name in MINIS
    ]
    assert len(shown.agreements) == 6


def test_expected_words_are_kept_and_scored(shelf: Shelf, log: Log) -> None:
    request = replace(REQUEST, text="[MASK] is in [MASK].", expected=read_expected("paris|rome; france"))
    shown = ask(request, shelf, log).comparison
    assert [(each.mask_index, each.word) for each in shown.expectations] == [(0, "paris"), (0, "rome"), (1, "france")]
    assert [each.word for each in shown.answers[0].answer.candidates] == ["paris", "rome", "france"]
    kept = read_comparison(log.database, shown.run.run_id)
    assert kept is not None
    assert set(kept.expectations) == set(shown.expectations)


BAD_PROMPTS = [
    ("no mask", "Paris is in France."),
    ("sixteen masks", "[MASK] " * 16),
    ("100 kB", "[MASK]" + " a" * 50_000),
    ("NUL", "a \0 [MASK]"),
    ("lone surrogate", "a \ud83d [MASK]"),
    ("only punctuation", "?!..."),
    ("longer than the positions", "word " * 3_000 + "[MASK]"),
]


@pytest.mark.parametrize("text", [row[1] for row in BAD_PROMPTS], ids=[row[0] for row in BAD_PROMPTS])
def test_a_refused_prompt_is_kept_with_its_reason(text: str, shelf: Shelf, log: Log) -> None:
    with pytest.raises(PromptError) as caught:
        ask(replace(REQUEST, text=text), shelf, log)
    (summary,) = history.recent_runs(log.database).rows
    kept = read_comparison(log.database, summary.run_id)
    assert kept is not None
    assert [each.problem for each in kept.refused] == [str(caught.value)]
    assert kept.run.status is RunStatus.FAILED
    assert kept.answers == ()


def test_an_empty_prompt_leaves_nothing_behind(shelf: Shelf, log: Log) -> None:
    with pytest.raises(PromptError, match="empty"):
        ask(replace(REQUEST, text=" "), shelf, log)
    assert runs(log) == 0


GOOD_PROMPTS = [
    ("emoji", "I am so \U0001f600 [MASK]"),
    ("right to left", "\u05e9\u05dc\u05d5\u05dd [MASK] \u05e2\u05d5\u05dc\u05dd"),
    ("punctuation around the mask", "... [MASK] ?!"),
    ("markup", "<script>alert(1)</script> [MASK] ![x](http://example.org/x.png)"),
]


@pytest.mark.parametrize("text", [row[1] for row in GOOD_PROMPTS], ids=[row[0] for row in GOOD_PROMPTS])
def test_unusual_text_is_asked_as_it_stands(text: str, shelf: Shelf, log: Log) -> None:
    shown = ask(replace(REQUEST, text=text), shelf, log).comparison
    assert [prompt.text for prompt in shown.prompts] == [text]
    kept = read_comparison(log.database, shown.run.run_id)
    assert kept is not None
    assert kept.prompts == shown.prompts


@pytest.mark.parametrize("top_k", [0, -1, 10**9])
def test_a_depth_out_of_range_gets_a_sentence(top_k: int, shelf: Shelf, log: Log) -> None:
    with pytest.raises(AskError, match="top-k"):
        ask(replace(REQUEST, top_k=top_k), shelf, log)
    assert runs(log) == 0


def test_what_is_asked_for_wrongly_gets_a_sentence(shelf: Shelf, log: Log) -> None:
    with pytest.raises(CandidateError, match="space"):
        ask(replace(REQUEST, candidates=("new york",)), shelf, log)
    with pytest.raises(AskError, match="No checkpoint"):
        ask(replace(REQUEST, checkpoints=()), shelf, log)
    with pytest.raises(AskError, match="twice"):
        ask(replace(REQUEST, checkpoints=(MINIS[0], MINIS[0])), shelf, log)
    with pytest.raises(AskError, match="2 masks"):
        ask(replace(REQUEST, expected=(("a",), ("b",))), shelf, log)
    with pytest.raises(PipelineError, match="bert-mini"):
        ask(replace(REQUEST, checkpoints=("bert-mni",)), shelf, log)
    assert runs(log) == 0


def test_the_json_has_the_documented_keys(shelf: Shelf, log: Log) -> None:
    shown = ask(replace(REQUEST, candidates=("main",)), shelf, log).comparison
    told = json.loads(json.dumps(comparison_as_json(shown)))
    assert set(told) == {"run_id", "prompt", "answers", "agreements"}
    assert told["run_id"] == shown.run.run_id
    answer = told["answers"][0]
    assert set(answer) == {
        "checkpoint", "source", "revision", "weights_sha256", "mask_index", "reused", "latency_ms", "entropy",
        "sum_p_squared", "top1_margin", "word_mass", "predictions", "candidates",
    }  # fmt: skip
    assert set(answer["predictions"][0]) == {"rank", "word", "piece", "token_id", "score", "logprob"}
    assert set(answer["candidates"][0]) == {"word", "pieces", "in_vocabulary", "logprob", "rank"}
    assert set(told["agreements"][0]) == {
        "checkpoint_a", "checkpoint_b", "mask_index", "overlap", "jaccard", "rbo", "jsd_shared", "coverage_a",
        "coverage_b", "top1_same",
    }  # fmt: skip


def test_run_ids_are_version_7_and_sort_by_time() -> None:
    ids = [new_run_id() for _ in range(200)]
    assert {uuid.UUID(each).version for each in ids} == {7}
    assert {uuid.UUID(each).variant for each in ids} == {uuid.RFC_4122}
    assert len(set(ids)) == 200
    assert [each[:13] for each in ids] == sorted(each[:13] for each in ids)
    milliseconds = int(ids[-1].replace("-", "")[:12], 16)
    assert abs(milliseconds - time.time() * 1000) < 60_000


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", ()), ("paris", (("paris",),)), (" a | b ;c", (("a", "b"), ("c",))), (";b", ((), ("b",)))],
)
def test_expected_words_as_people_write_them(text: str, expected: tuple[tuple[str, ...], ...]) -> None:
    assert read_expected(text) == expected


def test_several_masks_filled_together_are_kept_and_reused(shelf: Shelf, log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    request = replace(REQUEST, text="[MASK] and [MASK] went home.")
    first = ask(request, shelf, log).comparison
    assert len(first.fillings) == 3 * (2 + 5)
    kept = read_comparison(log.database, first.run.run_id)
    assert kept is not None
    assert kept.fillings == first.fillings
    monkeypatch.setattr(LoadedCheckpoint, "score", lambda *_: pytest.fail("a model ran"))
    again = ask(replace(request, checkpoints=MINIS[::-1]), shelf, log).comparison
    assert {each.reused for each in again.answers} == {True}
    assert set(again.fillings) == set(first.fillings)
    assert [each.checkpoint.name for each in again.fillings[::7]] == list(MINIS[::-1])


def test_a_shared_rank_belongs_to_the_checkpoints_asked_together(shelf: Shelf, log: Log) -> None:
    """The words that three can say are fewer than those of one: each run shows its own rank, then and later."""
    request = replace(REQUEST, candidates=("task", "main"))
    for checkpoints in (MINIS, MINIS[:1], MINIS[::2], MINIS):
        shown = ask(replace(request, checkpoints=checkpoints), shelf, log).comparison
        fresh = ask(replace(request, checkpoints=checkpoints, record=False), shelf, None).comparison
        told, expected = (
            [each.rank_shared for asked in of.answers for each in asked.answer.candidates] for of in (shown, fresh)
        )
        assert told == expected
        kept = read_comparison(log.database, shown.run.run_id)
        assert kept is not None
        assert [asked.answer.candidates for asked in kept.answers] == [asked.answer.candidates for asked in shown.answers]


def test_another_configuration_of_the_same_weights_is_asked_afresh(
    log: Log, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "models" / "team-albert"
    shutil.copytree(ROOT / "pipelines" / "bundled" / "albert-mini", folder)
    settings_file = tmp_path / "maskboard.toml"
    settings_file.write_text(f'[checkpoints.team-albert]\nfolder = "{folder}"\n', "utf-8")
    monkeypatch.setenv("MASKBOARD_SETTINGS", str(settings_file))
    shelf = Shelf(read_settings())
    try:
        request = AskRequest(SEED, ("team-albert",))
        before = ask(request, shelf, log).comparison.answers[0]
        config = json.loads((folder / "config.json").read_text("utf-8"))
        (folder / "config.json").write_text(json.dumps({**config, "hidden_act": "relu"}), "utf-8")
        after = ask(request, shelf, log).comparison.answers[0]
    finally:
        shelf.close()
    assert not after.reused
    assert after.answer.entropy != before.answer.entropy


def test_a_checkpoints_own_mask_means_the_mask(shelf: Shelf, log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "mask_token", lambda name: "<blank>")
    shown = ask(replace(REQUEST, text="Paris is the <blank> of France."), shelf, log).comparison
    assert [prompt.text for prompt in shown.prompts] == ["Paris is the [MASK] of France."]


def test_a_control_piece_is_no_candidate(shelf: Shelf, log: Log) -> None:
    shown = ask(replace(REQUEST, candidates=("[SEP]", "[CLS][SEP]", "<pad>")), shelf, log).comparison
    for asked in shown.answers:
        for each in asked.answer.candidates:
            assert not any(piece in ("[SEP]", "[CLS]", "<pad>", "[PAD]") for piece in each.pieces)


def test_a_name_as_long_as_a_book_is_refused(shelf: Shelf, log: Log) -> None:
    with pytest.raises(AskError, match="label has 201 characters"):
        ask(replace(REQUEST, label="x" * 201), shelf, log)


def test_an_imported_agreement_is_not_enough_to_answer_from(shelf: Shelf, log: Log) -> None:
    first = ask(replace(REQUEST, record=False), shelf, None).comparison
    unknown = tuple(replace(each, jsd_shared=None, coverage_a=None, coverage_b=None) for each in first.agreements)
    log.append(replace(first, agreements=unknown, saved=True))
    again = ask(REQUEST, shelf, log).comparison
    assert [each.reused for each in again.answers] == [False] * 3
    assert all(each.jsd_shared is not None for each in again.agreements)


@pytest.mark.parametrize("text", ["", "paris", "paris | lyon", "paris; france", "; france", "a | b; c; d"])
def test_expected_words_are_written_as_they_are_read(text: str) -> None:
    prompt = Prompt("[MASK] " * 3)
    expectations = [Expectation(prompt, i, word) for i, words in enumerate(read_expected(text)) for word in words]
    written = write_expected(expectations, prompt.mask_count)
    again = [Expectation(prompt, i, word) for i, words in enumerate(read_expected(written)) for word in words]
    assert again == expectations
    assert bool(written) is bool(expectations)
