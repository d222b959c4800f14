"""The forms in which answers come: pipelines, CSV, sentences without their prompt."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from storage.__main__ import main
from storage.formats.sequences import rebuild
from storage.importer import import_file, read
from storage.log import Log
from storage.records import UNKNOWN_TOKEN
from tests.storage.importer.conftest import CSV, GOOD, PARIS, SEQUENCES, entry, line, words, write

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
