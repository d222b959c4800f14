"""Answers that were made elsewhere come in whole, or not at all with a reason; what was not published stays unknown."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import history
from storage.__main__ import main
from storage.errors import StorageError
from storage.formats.entries import Given
from storage.formats.json_file import read_json
from storage.formats.sequences import rebuild
from storage.importer import Imported, import_file, in_words, read
from storage.log import Log
from storage.records import UNKNOWN_HASH, UNKNOWN_TOKEN, Answer, Prompt, RunKind, RunStatus
from storage.spelling import spell_prompt

PARIS = "The capital of France is [MASK]."


def line(word: str, score: float | None = None, token: int | None = None) -> dict[str, Any]:
    return {"token_str": word, "score": score, "token": token}


def entry(*lines: dict[str, Any], prompt: str = PARIS, model: str = "bert-base-uncased", **more: object) -> dict[str, Any]:
    return {"model": model, "prompt": prompt, "top_k": list(lines), **more}


GOOD = entry(line("paris", 0.4168, 3000), line("lille", 0.0714, 22479))


def write(folder: Path, content: object, name: str = "answers.json") -> Path:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return path


def words(answer: Answer) -> list[str]:
    return [each.word for each in answer.predictions]


# What is taken over


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


# Once each


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


# The formats


SEQUENCES = [
    {"score": 0.5, "token": 3000, "token_str": "paris", "sequence": "the capital of france is paris."},
    {"score": 0.25, "token": 2006, "token_str": "##s", "sequence": "the capital of france iss."},
]
TWO_MASKS = [
    [{"score": 0.5, "token": 1, "token_str": "capital", "sequence": "[CLS] the capital of [MASK] is paris. [SEP]"}],
    [{"score": 0.5, "token": 2, "token_str": "france", "sequence": "[CLS] the [MASK] of france is paris. [SEP]"}],
]


@pytest.mark.parametrize(
    ("content", "prompts"),
    [
        (SEQUENCES, ["the capital of france is [MASK]."]),
        ([SEQUENCES, [SEQUENCES[0] | {"sequence": "paris is old."}]], ["the capital of france is [MASK].", "[MASK] is old."]),
        (TWO_MASKS, ["the [MASK] of [MASK] is paris."]),
        ([TWO_MASKS, TWO_MASKS], ["the [MASK] of [MASK] is paris."]),
        ({"prompt": PARIS, "predictions": SEQUENCES}, [PARIS]),
        ({"checkpoint": "bert-x", "prompt": "The [MASK] of [MASK].", "predictions": TWO_MASKS}, ["The [MASK] of [MASK]."]),
        ([{"prompt": PARIS, "predictions": SEQUENCES}, {"text": "A ___.", "top_k": SEQUENCES}], [PARIS, "A [MASK]."]),
        ({"prompt": PARIS, "top_k": 2, "predictions": SEQUENCES}, [PARIS]),
    ],
)
def test_what_a_pipeline_returns_is_read(tmp_path: Path, content: object, prompts: list[str]) -> None:
    imported = read(write(tmp_path, content), checkpoint="bert-x")
    assert imported.comparison.refused == ()
    assert [each.text for each in imported.comparison.prompts] == prompts
    assert len(imported.answers) == sum(text.count("[MASK]") for text in prompts)


def test_the_prompt_that_a_person_names_wins_over_the_one_that_is_rebuilt(tmp_path: Path) -> None:
    imported = read(write(tmp_path, SEQUENCES), checkpoint="bert-x", prompt="The capital of France is ___.")
    assert [each.text for each in imported.comparison.prompts] == [PARIS]


def test_a_line_that_is_no_json_is_refused_with_its_number(tmp_path: Path) -> None:
    text = f"{json.dumps(GOOD)}\n\n{{broken\n{json.dumps(entry(line('a', 0.5), prompt='A [MASK].'))}\n"
    imported = read(write(tmp_path, text, "answers.jsonl"))
    assert len(imported.answers) == 2
    ((refused),) = imported.comparison.refused
    assert (refused.row_number, refused.text) == (3, "{broken")
    assert refused.problem.startswith("This is no JSON")


CSV = """checkpoint,prompt,rank,word,score,mask_index,token,expected
bert-base-uncased,The capital of France is [MASK].,2,lille,0.0714,,22479,
bert-base-uncased,The capital of France is [MASK].,1,paris,0.4168,,3000,paris|Paris
distilbert-base-uncased,The capital of France is [MASK].,1,marseille,,,,
bert-base-uncased,"The [MASK],
and the [MASK].",1,dog,0.1,1,,
"""


def test_a_csv_is_read_row_by_row(tmp_path: Path) -> None:
    imported = read(write(tmp_path, CSV, "answers.csv"))
    assert imported.comparison.refused == ()
    first, second, third = imported.answers
    assert [(each.word, each.token_id) for each in first.predictions] == [("paris", 3000), ("lille", 22479)]
    assert (words(second), second.predictions[0].token_id, second.has_scores) == (["marseille"], UNKNOWN_TOKEN, False)
    assert (third.prompt.text, third.mask_index) == ("The [MASK], and the [MASK].", 1)
    assert [each.word for each in imported.comparison.expectations] == ["paris", "Paris"]


def test_a_csv_may_leave_out_what_the_command_says(tmp_path: Path) -> None:
    imported = read(write(tmp_path, "rank;word\n1;paris\n2;lille\n", "a.csv"), checkpoint="bert-x", prompt=PARIS)
    assert [words(each) for each in imported.answers] == [["paris", "lille"]]


def test_what_the_log_exports_can_be_imported(tmp_path: Path, log: Log) -> None:
    given = import_file(log, write(tmp_path, [GOOD, entry(line("a"), prompt="A [MASK].")]))
    log.close()
    out = tmp_path / "out.csv"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MASKBOARD_HISTORY", str(log.path))
        sql = "SELECT checkpoint, prompt, mask_index, rank, word, token_id, score FROM predictions"
        assert main(["query", sql, "--format", "csv", "--out", str(out)]) == 0
    again = read(out)
    assert {(each.prompt, each.mask_index): words(each) for each in again.answers} == {
        (each.prompt, each.mask_index): words(each) for each in given.answers
    }


@pytest.mark.parametrize("raw", [[], ["--raw"]], ids=["safe for spreadsheets", "raw"])
def test_cells_that_were_made_safe_for_spreadsheets_come_back_as_they_were(tmp_path: Path, log: Log, raw: list[str]) -> None:
    said = [line(word, 0.1) for word in ("=1+1", "+", "-", "@home", "'", "'s", "plain")]
    given = import_file(log, write(tmp_path, [entry(*said, prompt="=A1 [MASK]", model="-bert"), GOOD]))
    log.close()
    out = tmp_path / "out.csv"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MASKBOARD_HISTORY", str(log.path))
        sql = "SELECT checkpoint, prompt, mask_index, rank, word, score FROM predictions"
        assert main(["query", sql, "--format", "csv", "--out", str(out), *raw]) == 0
    assert ("'=1+1" in out.read_text("utf-8")) != bool(raw)
    again = read(out)
    assert {(each.checkpoint.name, each.prompt): words(each) for each in again.answers} == {
        (each.checkpoint.name, each.prompt): words(each) for each in given.answers
    }


def test_one_mark_is_taken_away_and_no_more(tmp_path: Path) -> None:
    content = "checkpoint,prompt,rank,word\nb,A [MASK].,1,''=1\nb,A [MASK].,2,'=1\nb,A [MASK].,3,'x\n"
    assert words(read(write(tmp_path, content, "a.csv")).answers[0]) == ["''=1", "=1", "'x"]


def test_where_cells_end_at_a_semicolon_a_score_may_have_a_decimal_comma(tmp_path: Path) -> None:
    content = "checkpoint;prompt;rank;word;score\nb;A, [MASK].;1;a;0,5\nb;A, [MASK].;2;b;2,5e-1\nb;A, [MASK].;3;c;0.125\n"
    (answer,) = read(write(tmp_path, content, "a.csv")).answers
    assert [each.score for each in answer.predictions] == pytest.approx([0.5, 0.25, 0.125])
    assert answer.prompt.text == "A, [MASK]."
    quoted = 'checkpoint,prompt,rank,word,score\nb,A [MASK].,1,a,"0,5"\n'
    assert "is 0,5, which is no number" in read(write(tmp_path, quoted, "b.csv")).comparison.refused[0].problem


@pytest.mark.parametrize(
    ("text", "piece", "word"),
    [
        ("cafe\u0301", "cafe\u0301", "caf\u00e9"),
        ("pa\u200bris\u202e", "pa\u200bris\u202e", "paris"),
        ("\ufeff##ing", "\ufeff##ing", "##ing"),
        ("\u2581\u2066cat\u2069", "\u2581\u2066cat\u2069", "cat"),
        ("\u2019", "\u2019", "\u2019"),
        ("\u200b", "\u200b", "[token 13]"),
    ],
)
def test_a_word_loses_what_cannot_be_seen_and_its_piece_does_not(tmp_path: Path, text: str, piece: str, word: str) -> None:
    (said,) = read(write(tmp_path, [entry(line(text, 0.5, 13))])).answers[0].predictions
    assert (said.piece, said.word) == (piece, word)


# What is refused


@pytest.mark.parametrize(
    ("spoiled", "problem"),
    [
        (entry(line("a", 1.7)), "The score of rank 1 is 1.7; a probability lies between 0 and 1"),
        (entry(line("a", -0.1)), "a probability lies between 0 and 1"),
        (entry(line("a", math.nan)), "is nan; a probability lies between 0 and 1"),
        (entry(line("a", math.inf)), "a probability lies between 0 and 1"),
        (entry(line("a") | {"score": "much"}), "is much, which is no number"),
        (entry(line("a") | {"score": True}), "which is no number"),
        (entry(line("a") | {"score": "1_0e-1_0"}), "is 1_0e-1_0, which is no number"),
        (entry(line("a") | {"score": "0.\u0665"}), "which is no number"),
        (entry(line("\u200b\u202e")), "word is missing"),
        (entry(line("a", 0.6), line("b", 0.6)), "The scores add up to 1.2"),
        (entry(line("a", 0.1), line("b", 0.2)), "rank 2 has a higher score"),
        (entry(line("a", 0.2, 7), line("b", 0.1, 7)), "is already at rank 1"),
        (entry(line("a", 0.2), line("a", 0.1)), "is already at rank 1"),
        (entry(line("a") | {"rank": 1}, line("b") | {"rank": 1}), "rank 1 is there twice"),
        (entry(line("a") | {"rank": 1}, line("b") | {"rank": 3}), "Rank 2 is missing"),
        (entry(line("a") | {"rank": 0}), "no whole number from 1"),
        (entry(line("a") | {"token": -7}), "the token id -7"),
        (entry(line("a") | {"token": "x"}), "the token id x"),
        (entry(line("")), "word is missing"),
        (entry(line("a\x00")), "invisible control character"),
        (entry(line("a" * 300)), "no vocabulary has such a piece"),
        (entry(line("a"), prompt="Paris."), "The prompt has no mask"),
        (entry(line("a"), prompt=" "), "The prompt is empty"),
        (entry(line("a"), prompt="[MASK] and [MASK]."), "The prompt has 2 masks and there are lists for 1"),
        (entry(line("a"), prompt="\ud800 [MASK]."), "lone surrogate"),
        (entry(line("a"), model="  "), "It names no checkpoint"),
        (entry(line("a"), model="a\nb"), "is no name"),
        (entry(), "one of them is empty"),
        (entry(line("a")) | {"expected": 7}, "neither a text nor a list"),
        (entry(line("a")) | {"expected": "New York"}, "holds a space"),
        (entry(line("a")) | {"expected": "paris; lyon"}, "It speaks of mask 1, and the prompt has 1"),
        (entry(line("a")) | {"target_probs": {"b": 2}}, 'The probability of "b" is 2'),
        (entry(line("a")) | {"target_probs": [1]}, "no object of words"),
        ({"model": "bert-x", "prompt": PARIS}, "no list under predictions or top_k"),
        ({"model": "bert-x", "top_k": [line("a")]}, "Say it with --prompt"),
        ([7], "no lists of objects"),
        ("text", "neither an object nor a list"),
    ],
)
def test_what_no_checkpoint_can_have_said_is_refused_whole(tmp_path: Path, spoiled: object, problem: str) -> None:
    imported = read(write(tmp_path, [GOOD, spoiled]))
    assert [words(each) for each in imported.answers] == [["paris", "lille"]]
    ((refused),) = imported.comparison.refused
    assert refused.row_number == 2
    assert problem in refused.problem


def test_a_bad_line_of_a_csv_is_named_and_spoils_its_own_answer_only(tmp_path: Path, log: Log) -> None:
    text = CSV + "bert-x,A [MASK].,1,cat,0.5,,,\nbert-x,A [MASK].,2,dog,1.5,,,\nbert-x,too short\n"
    imported = import_file(log, write(tmp_path, text, "answers.csv"))
    assert len(imported.answers) == 3
    assert [(each.row_number, each.text) for each in imported.comparison.refused] == [(7, "A [MASK]."), (9, "bert-x,too short")]
    assert "In line 8 the score of rank 2 is 1.5" in imported.comparison.refused[0].problem
    assert history.counts(log.database).refused == 2


def test_a_cell_of_any_length_spoils_its_own_answer_only(tmp_path: Path) -> None:
    text = f"{CSV}bert-x,A [MASK].,1,{'x' * 140_000},,,,\nbert-x,{'y ' * 80_000}[MASK].,1,cat,,,,\n"
    imported = read(write(tmp_path, text, "answers.csv"))
    assert len(imported.answers) == 3
    assert [each.row_number for each in imported.comparison.refused] == [7, 8]
    assert "has 140,000 characters" in imported.comparison.refused[0].problem
    assert "has 160,007 characters" in imported.comparison.refused[1].problem
    assert len(imported.comparison.refused[1].text) == 20_000
    assert csv.field_size_limit() == 131_072


def test_two_pieces_of_one_spelling_are_albert_and_no_mistake(tmp_path: Path) -> None:
    twice = (line("cat", 0.2, 5), line("cat", 0.1, 6))
    assert words(read(write(tmp_path, [entry(*twice, model="albert-base-v2")])).answers[0]) == ["cat", "cat"]
    unknown = (line("cat", 0.2), line("cat", 0.1))
    assert words(read(write(tmp_path, [entry(*unknown, model="albert-base-v2")])).answers[0]) == ["cat", "cat"]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.json", "", r"is empty\. A CSV has a first line that names"),
        ("a.json", "{", "is no JSON"),
        ("a.json", "[" * 100_000, "is no JSON"),
        ("a.json", "{\n{", "neither JSON nor JSONL"),
        ("a.json", "[]", "holds no answers"),
        ("a.json", "7", "holds no answers"),
        ("a.json", '{"rows": []}', "holds no answers"),
        ("a.json", json.dumps(SEQUENCES), "names no checkpoint"),
        ("a.csv", "rank,word\n1,a\n", "lacks the columns checkpoint and prompt"),
        ("a.csv", "checkpoint,prompt,rank,word\n", r"holds no answers\. A CSV has a first line that names"),
        ("a.csv", "checkpoint,prompt,rank,word,word\n", "names a column twice"),
        ("a.csv", 'checkpoint,prompt,rank,word\na,"b', "is no CSV"),
        ("a.txt", "once upon a time", "lacks the columns rank"),
    ],
)
def test_a_file_of_no_known_form_is_a_sentence(tmp_path: Path, name: str, content: str, sentence: str) -> None:
    with pytest.raises(StorageError, match=sentence):
        read(write(tmp_path, content, name))


def test_a_file_that_is_not_there_or_is_no_text_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="cannot be read: no such file"):
        read(tmp_path / "none.json")
    with pytest.raises(StorageError, match="cannot be read: is a directory"):
        read(tmp_path)
    (tmp_path / "a.csv").write_bytes(b"checkpoint\xff")
    with pytest.raises(StorageError, match="is not in UTF-8"):
        read(tmp_path / "a.csv")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["model", "prompt", "top_k", "predictions", "token_str", "score", "token", "rank", "sequence"]),
                inner,
                max_size=5,
            )
        ),
        max_leaves=20,
    )
)
def test_any_json_is_read_or_refused(document: object) -> None:
    try:
        given_file = read_json(json.dumps(document), "a.json")
    except StorageError:
        return
    assert isinstance(given_file, Given)
    assert given_file.entries or given_file.spoiled


# Sentences without their prompt


@pytest.mark.parametrize(
    ("lists", "prompt"),
    [
        ([[("paris", "paris is in paris."), ("rome", "rome is in paris.")]], "[MASK] is in paris."),
        ([[("paris", "paris is in paris.")]], None),
        ([[("##s", "the cats sat."), ("big", "the cat big sat.")]], "the cat [MASK] sat."),
        ([[("a", "x"), ("b", "y")]], None),
        ([[("", "it is.")]], None),
        (
            [[("old", "[CLS] the old of[MASK] is.[SEP]")], [("rome", "[CLS] the[MASK] of rome is.[SEP]")]],
            "the [MASK] of [MASK] is.",
        ),
        ([[("old", "the old one [MASK].")], [("in", "the [MASK] two in.")]], None),
    ],
)
def test_a_prompt_is_rebuilt_or_asked_for(lists: list[list[tuple[str, str]]], prompt: str | None) -> None:
    assert rebuild(lists) == prompt


# The command


def run(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    code = main(["import", *arguments])
    told = capsys.readouterr()
    return code, told.out, told.err


def test_the_command_says_what_it_did(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, [GOOD, GOOD, entry(line("a"), model="albert-x"), entry(line("b", 3.0))])
    code, out, err = run([str(path), "--label", "Cards", "--author", "Ada"], capsys)
    assert (code, err) == (0, "")
    assert out.startswith(
        "Imported 1 prompt, 2 answers and 3 predictions; 1 answer without scores; 1 answer given again; 1 entry refused. Run "
    )
    assert "Entry 4: The score of rank 1 is 3.0; a probability lies between 0 and 1." in out
    with Log.open() as log:
        (summary,) = history.recent_runs(log.database).rows
        assert (summary.kind, summary.label, summary.author) == ("import", "Cards", "Ada")
        assert (summary.answer_count, summary.refused_count) == (2, 1)
        assert summary.run_id in out


def test_a_file_of_which_nothing_is_taken_is_kept_as_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run([str(write(tmp_path, [entry(line("b", 3.0))]))], capsys)
    assert (code, out) == (2, "")
    assert err.startswith("Nothing could be imported: 1 entry is refused, and kept as such in run ")
    assert "Entry 1: The score of rank 1 is 3.0" in err
    assert "Imported" not in err
    with Log.open() as log:
        (summary,) = history.recent_runs(log.database).rows
        assert (summary.status, summary.first_text, summary.refused_count) == ("failed", PARIS, 1)


def test_a_mistake_is_one_sentence_and_leaves_no_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, SEQUENCES)
    for arguments in ([str(path)], [str(tmp_path / "none")], [str(path), "--checkpoint", "x", "--label", "l" * 300], []):
        code, out, err = run(arguments, capsys)
        assert (code, out, err.count("\n")) == (2, "", 1)
    with Log.open() as log:
        assert history.counts(log.database).runs == 0


# The published answers of the real weights


def published(shared_data: Path) -> tuple[Imported, list[dict[str, Any]]]:
    path = shared_data / "published_fillmask.json"
    return read(path), json.loads(path.read_text("utf-8"))["entries"]


def test_every_published_answer_is_imported_refused_or_a_duplicate(shared_data: Path) -> None:
    imported, entries = published(shared_data)
    assert len(entries) == 762
    assert len(imported.answers) + len(imported.comparison.refused) + imported.duplicates == 762
    assert imported.comparison.refused == ()
    assert len({each.checkpoint for each in imported.answers}) == 3
    assert sum(each.has_scores for each in imported.answers) == 160


def test_published_scores_are_kept_to_the_last_digit_and_ranks_stay_ranks(shared_data: Path, log: Log) -> None:
    imported, entries = published(shared_data)
    log.append(imported.comparison)
    stored: dict[tuple[str, str], list[tuple[str, int, float | None]]] = {}
    for name, text, word, token, score in log.database.rows(
        "SELECT checkpoint, prompt, word, token_id, score FROM predictions ORDER BY answer_id, rank"
    ):
        stored.setdefault((name, text), []).append((word, token, score))
    seen = set()
    for each in entries:
        key = (each["model"], spell_prompt(each["prompt"]).text)
        if key in seen or each["model"] != "bert-base-uncased" or each["score_precision"] != "full":
            continue
        seen.add(key)
        for said, (word, token, score) in zip(each["top_k"], stored[key], strict=False):
            assert (word, token) == (said["token_str"], said["token"])
            assert score == pytest.approx(said["score"], rel=1e-5)  # of two that ran it, the deeper list is kept
    assert len(seen) > 100
    ranks_only = log.database.rows("SELECT count(*) FROM answers WHERE top_score IS NULL")
    assert ranks_only == [(596,)]
