"""What is taken over of answers that were made elsewhere, once each; what was not published stays unknown."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from storage import history
from storage.importer import import_file, in_words, read
from storage.log import Log
from storage.records import UNKNOWN_HASH, Prompt, RunKind, RunStatus
from tests.storage.importer.conftest import GOOD, PARIS, entry, line, write


def test_a_published_entry_keeps_its_figures_and_where_they_are_from(tmp_path: Path) -> None:
    origin = {"source_url": "https://example.org/card", "grade": "A", "score_precision": "4 decimals"}
    imported = read(write(tmp_path, {"entries": [GOOD | origin]}), label="Cards", author="Ada")
    (answer,) = imported.answers
    assert [(each.rank, each.token_id, each.word, each.starts_word) for each in answer.predictions] == [
        (1, 3000, "paris", True),
        (2, 22479, "lille", True),
    ]
    assert [each.score for each in answer.predictions] == pytest.approx([0.4168, 0.0714])
    assert (answer.entropy, answer.sum_p_squared, answer.top1_margin, answer.word_mass) == (None,) * 4
    assert imported.comparison.answers[0].latency_ms is None
    by = answer.checkpoint
    assert (by.name, by.family, by.source) == ("bert-base-uncased", "bert", "import")
    assert (by.weights_sha256, by.tokenizer_sha256, by.parameters, by.vocabulary_size) == (UNKNOWN_HASH, UNKNOWN_HASH, 0, 0)
    run = imported.comparison.run
    assert (run.kind, run.label, run.author, run.status) == (RunKind.IMPORT, "Cards", "Ada", RunStatus.COMPLETE)
    assert run.options["published"] == [{**origin, "entries": [1]}]


def test_ranks_without_scores_stay_without(tmp_path: Path) -> None:
    imported = read(write(tmp_path, [entry(line("paris"), line("lille"))]))
    assert [each.score for each in imported.answers[0].predictions] == [None, None]
    assert imported.without_scores == 1
    assert "1 answer without scores" in in_words(imported)


def test_an_answer_comes_back_from_the_log_as_it_was_read(tmp_path: Path, log: Log) -> None:
    mixed = entry(line("chess", 0.5, 7433), line("that", None, 2008), prompt="We played [MASK].", expected="chess")
    mixed["target_probs"] = {"monopoly": 2.5e-5}
    imported = import_file(log, write(tmp_path, [mixed, GOOD]))
    found = history.comparison(log.database, imported.comparison.run.run_id)
    assert found == imported.comparison
    assert log.database.rows("SELECT top_score, effective_choices FROM answers ORDER BY answer_id") == [
        (pytest.approx(0.5), None),
        (pytest.approx(0.4168), None),
    ]
    assert log.database.rows("SELECT word FROM predictions WHERE score IS NULL") == [("that",)]
    assert history.latency(log.database) == ()


def test_prompts_are_spelled_as_asked_ones_are(tmp_path: Path) -> None:
    imported = read(write(tmp_path, [entry(line("a", 0.5), prompt="\u201cIt\u2019s  ____,\u201d she said.")]))
    assert imported.comparison.prompts == (Prompt('"It\'s [MASK]," she said.'),)


@pytest.mark.parametrize(
    ("text", "piece", "word", "starts_word"),
    [
        ("paris", "paris", "paris", True),
        (" paris", "paris", "paris", True),
        ("##ing", "##ing", "##ing", False),
        ("\u2581paris", "\u2581paris", "paris", True),
        ("\u0120paris", "\u0120paris", "paris", True),
        ("\u2581", "\u2581", "\u2581", False),
        ("[UNK]", "[UNK]", "[UNK]", False),
        ("<unk>", "<unk>", "<unk>", False),
        ("##", "##", "##", True),
        (".", ".", ".", True),
        ("", "[token 13]", "[token 13]", False),
    ],
)
def test_a_piece_says_what_its_marks_say(tmp_path: Path, text: str, piece: str, word: str, starts_word: bool) -> None:
    (said,) = read(write(tmp_path, [entry(line(text, 0.5, 13))])).answers[0].predictions
    assert (said.piece, said.word, said.starts_word) == (piece, word, starts_word)


@pytest.mark.parametrize(
    ("name", "kept", "family"),
    [
        ("google-bert/bert-base-uncased", "bert-base-uncased", "bert"),
        ("distilbert/distilbert-base-uncased", "distilbert-base-uncased", "distilbert"),
        ("albert/albert-base-v2", "albert-base-v2", "albert"),
        ("someone/bert-base-uncased", "someone/bert-base-uncased", "bert"),
        ("roberta-base", "roberta-base", "unknown"),
    ],
)
def test_a_hub_id_is_shortened_where_the_catalogue_knows_it(tmp_path: Path, name: str, kept: str, family: str) -> None:
    (answer,) = read(write(tmp_path, [entry(line("a", 0.5), model=name)])).answers
    assert (answer.checkpoint.name, answer.checkpoint.family) == (kept, family)


def test_target_probabilities_are_scored_words_and_not_held_to_be_right(tmp_path: Path) -> None:
    imported = read(write(tmp_path, [GOOD | {"target_probs": {"lyon": 0.0634, "rome": 0.0}}]))
    assert [(each.word, each.logprob) for each in imported.answers[0].candidates] == [
        ("lyon", pytest.approx(math.log(0.0634))),
        ("rome", None),
    ]
    assert imported.comparison.expectations == ()


@pytest.mark.parametrize("expected", ["paris | Lyon", ["paris", "Lyon"], [["paris", "Lyon"]]])
def test_expected_words_are_expectations(tmp_path: Path, expected: object) -> None:
    imported = read(write(tmp_path, [GOOD | {"expected": expected}]))
    assert [(each.mask_index, each.word) for each in imported.comparison.expectations] == [(0, "paris"), (0, "Lyon")]


def test_the_same_file_again_adds_a_run_and_no_answer(tmp_path: Path, log: Log) -> None:
    path = write(tmp_path, [GOOD])
    import_file(log, path)
    before = history.counts(log.database)
    import_file(log, path)
    after = history.counts(log.database)
    assert (after.runs, after.asks) == (before.runs + 1, before.asks + 1)
    assert (after.answers, after.predictions, after.prompts) == (before.answers, before.predictions, before.prompts)


def test_of_two_answers_of_a_file_the_one_with_scores_is_kept_then_the_deepest(tmp_path: Path) -> None:
    ranks = entry(line("a"), line("b"), line("c"))
    short, long = entry(line("a", 0.5)), entry(line("a", 0.5), line("b", 0.25))
    imported = read(write(tmp_path, [ranks, short, long, short]))
    (answer,) = imported.answers
    assert [each.score for each in answer.predictions] == pytest.approx([0.5, 0.25])
    assert imported.duplicates == 3


def test_scores_replace_the_ranks_of_an_earlier_import_and_ranks_never_the_scores(tmp_path: Path, log: Log) -> None:
    ranks, scores = entry(line("a"), line("b"), line("c")), entry(line("a", 0.5), line("b", 0.25))
    import_file(log, write(tmp_path, [ranks]), source="a paper")
    import_file(log, write(tmp_path, [scores]), source="a paper")
    import_file(log, write(tmp_path, [ranks]), source="a paper")
    assert log.database.rows("SELECT depth, top_score FROM answers") == [(2, pytest.approx(0.5))]
    assert log.database.rows("SELECT count(*) FROM predictions") == [(2,)]


def test_two_files_are_two_checkpoints_unless_they_are_of_one_source(tmp_path: Path) -> None:
    one, other = write(tmp_path, [GOOD], "one.json"), write(tmp_path, [GOOD, GOOD], "other.json")
    identities = [read(path).answers[0].checkpoint.identity for path in (one, other, one)]
    assert identities[0] == identities[2] != identities[1]
    assert len({read(path, source="a paper").answers[0].checkpoint for path in (one, other)}) == 1


def test_answers_to_one_prompt_stand_in_one_row(tmp_path: Path) -> None:
    entries = [
        entry(line("a", 0.5), model=model, prompt=text) for model in ("bert-x", "albert-x") for text in (PARIS, "A [MASK].")
    ]
    asked = read(write(tmp_path, entries)).comparison.answers
    assert [(each.row_number, each.answer.checkpoint.name) for each in asked] == [
        (1, "bert-x"),
        (1, "albert-x"),
        (2, "bert-x"),
        (2, "albert-x"),
    ]
