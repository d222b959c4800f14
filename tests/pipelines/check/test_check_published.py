"""Published answers are compared with what the weights at hand say; what was changed in one place is found."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipelines.answers import fill
from pipelines.check.comparing import check_published
from pipelines.check.problems import CheckError
from pipelines.check.published import read_published, tolerance
from pipelines.check.verdicts import Outcome, Report
from pipelines.distributions import Question
from pipelines.prompts import read_prompt
from pipelines.settings import BUNDLED_DIR, read_settings
from pipelines.shelf import Shelf
from storage.errors import StorageError
from storage.formats.entries import EntryProblem
from storage.records import Answer

PROMPTS = ("The king said that [MASK] was tired.", "In [MASK], people eat [MASK].")
Entry = dict[str, Any]


@pytest.fixture(scope="module")
def answers(shelf: Shelf) -> tuple[Answer, ...]:
    loaded = [shelf.get("bert-mini"), shelf.get("albert-mini")]
    asked = fill(loaded, [Question(read_prompt(text)) for text in PROMPTS], 5).answers
    return tuple(each.answer for each in asked)


def entries_of(answers: tuple[Answer, ...], **said: Any) -> list[Entry]:  # noqa: ANN401 - fields of JSON
    """The answers as they would be published: an entry for each prompt and checkpoint."""
    found: dict[tuple[str, str], list[list[dict[str, object]]]] = {}
    for each in answers:
        lines: list[dict[str, object]] = [
            {"token_str": line.piece, "score": line.score, "token": line.token_id} for line in each.predictions
        ]
        found.setdefault((each.checkpoint.name, each.prompt.text), []).append(lines)
    return [
        {"model": name, "prompt": text, "top_k": lists[0] if len(lists) == 1 else lists, **said}
        for (name, text), lists in found.items()
    ]


def compared(folder: Path, entries: list[Entry], shelf: Shelf, *names: str) -> Report:
    path = folder / "published.json"
    path.write_text(json.dumps({"entries": entries}), "utf-8")
    return check_published(read_published(path), shelf, checkpoints=names)


def test_what_a_checkpoint_said_it_says_again(answers: tuple[Answer, ...], tmp_path: Path, shelf: Shelf) -> None:
    report = compared(tmp_path, entries_of(answers, score_precision="full"), shelf)
    assert [(each.outcome, len(each.units)) for each in report.verdicts] == [
        (Outcome.HELD, 1), (Outcome.HELD, 2), (Outcome.HELD, 1), (Outcome.HELD, 2),
    ]  # fmt: skip
    assert report.notes == ()
    assert {each.name: each.source for each in report.checkpoints} == {"bert-mini": "bundled", "albert-mini": "bundled"}
    assert [len(each.findings) for verdict in report.verdicts for each in verdict.units] == [2] * 6


def scaled(factor: float) -> Callable[[Entry], None]:
    def change(entry: Entry) -> None:
        for line in entry["top_k"]:
            line["score"] *= factor

    return change


def swapped(entry: Entry) -> None:
    lines = entry["top_k"]
    (lines[0]["token_str"], lines[0]["token"]), (lines[1]["token_str"], lines[1]["token"]) = (
        (lines[1]["token_str"], lines[1]["token"]),
        (lines[0]["token_str"], lines[0]["token"]),
    )


def without_ids(entry: Entry) -> None:
    for line in entry["top_k"]:
        del line["token"]


def rounded(digits: int, off: float = 0.0) -> Callable[[Entry], None]:
    def change(entry: Entry) -> None:
        for line in entry["top_k"]:
            line["score"] = round(line["score"] + off, digits)
        entry["score_precision"] = f"{digits} decimals"

    return change


def ranks(entry: Entry) -> None:
    for line in entry["top_k"]:
        line["score"] = None
    entry["score_precision"] = "rank only"


def turned(entry: Entry) -> None:
    entry["top_k"].reverse()


def first_off(by: float) -> Callable[[Entry], None]:
    def change(entry: Entry) -> None:
        entry["top_k"][0]["score"] += by

    return change


def both(*changes: Callable[[Entry], None]) -> Callable[[Entry], None]:
    def change(entry: Entry) -> None:
        for each in changes:
            each(entry)

    return change


CHANGES: list[tuple[str, Callable[[Entry], None], Outcome, str]] = [
    ("two words change places", swapped, Outcome.FAILED, "it ("),
    ("another id", lambda entry: entry["top_k"][2].update(token=5), Outcome.FAILED, "(5)"),
    ("another word with that id", lambda entry: entry["top_k"][2].update(token_str="banana"), Outcome.FAILED, "banana"),
    ("another order without ids", both(without_ids, ranks, turned), Outcome.FAILED, "there, i,"),
    ("no ids", without_ids, Outcome.HELD, ""),
    ("a score is off", first_off(0.002), Outcome.FAILED, "0.002 apart"),
    ("all scores are off", scaled(0.99), Outcome.FAILED, "apart at he"),
    ("a score is off by less than is stated", first_off(0.0005), Outcome.HELD, ""),
    ("rounded", rounded(3), Outcome.HELD, ""),
    ("rounded, and off", rounded(3, 0.002), Outcome.FAILED, "scores within 0.0006"),
    ("only ranks", ranks, Outcome.HELD, ""),
    ("only ranks, and another order", both(ranks, turned), Outcome.FAILED, ""),
    ("shorter", lambda entry: entry.update(top_k=entry["top_k"][:1]), Outcome.HELD, ""),
]  # fmt: skip


@pytest.mark.parametrize(("change", "outcome", "words"), [row[1:] for row in CHANGES], ids=[row[0] for row in CHANGES])
def test_what_was_changed_in_one_place_is_found(
    change: Callable[[Entry], None], outcome: Outcome, words: str, answers: tuple[Answer, ...], tmp_path: Path, shelf: Shelf
) -> None:
    entries = entries_of(answers, score_precision="full")
    change(entries[0])
    report = compared(tmp_path, entries, shelf)
    assert [each.outcome for each in report.verdicts] == [outcome, Outcome.HELD, Outcome.HELD, Outcome.HELD]
    told = " ".join(f"{each.wanted} {each.found}" for each in report.verdicts[0].units[0].findings if not each.holds)
    assert words in told


def test_a_mini_never_answers_for_a_full_size_name(answers: tuple[Answer, ...], tmp_path: Path, shelf: Shelf) -> None:
    entries = entries_of(answers)
    for each in entries:
        each["model"] = {"bert-mini": "google-bert/bert-base-uncased", "albert-mini": "albert-base-v2"}[each["model"]]
    with pytest.raises(
        CheckError, match=r"Nothing of published\.json was compared.*bert-base-uncased, albert-base-v2.*--download"
    ):
        compared(tmp_path, entries, shelf)


def test_a_mini_in_the_folder_of_a_full_size_one_does_not_answer_either(
    answers: tuple[Answer, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "bert-base-uncased").symlink_to(BUNDLED_DIR / "bert-mini")
    monkeypatch.setenv("MASKBOARD_MODELS_DIR", str(tmp_path / "models"))
    fresh = Shelf(read_settings())
    try:
        with pytest.raises(CheckError, match="holds the weights of bert-mini, which is never shown as bert-base-uncased"):
            compared(tmp_path, [{**entries_of(answers)[0], "model": "bert-base-uncased"}], fresh)
    finally:
        fresh.close()


def test_what_is_not_here_is_skipped_with_a_count_and_the_way_to_get_it(
    answers: tuple[Answer, ...], tmp_path: Path, shelf: Shelf
) -> None:
    entries = entries_of(answers)
    more = [
        {**entries[0], "model": "bert-base-uncased"},
        {**entries[2], "model": "bert-base-uncased"},
        {**entries[0], "model": "x/y"},
    ]
    report = compared(tmp_path, [*entries, *more], shelf)
    assert report.held
    assert [str(each.outcome) for each in report.verdicts] == ["held"] * 4 + ["skipped"] * 3
    first, second = report.notes
    assert first.startswith("bert-base-uncased: 2 answers were not compared. bert-base-uncased is not on this machine.")
    assert "models --download bert-base-uncased" in first
    assert second.startswith("x/y: 1 answer was not compared. No checkpoint has this name: give its folder")
    assert report.checkpoints[-1].weights_sha256 == "unknown"


def test_a_list_that_was_damaged_where_it_was_published_is_not_compared(
    answers: tuple[Answer, ...], tmp_path: Path, shelf: Shelf
) -> None:
    entries = entries_of(answers)
    entries[0]["top_k"][1].update(token=None, token_str="bandgles")
    report = compared(tmp_path, entries, shelf, "bert-mini")
    assert [each.outcome for each in report.verdicts] == [Outcome.SKIPPED, Outcome.HELD]
    assert report.notes[0].startswith("bert-mini: 1 answer was not compared. entry 1: The king said")
    assert '"bandgles" without an id' in report.notes[0]
    with pytest.raises(CheckError, match="Nothing of published"):
        compared(tmp_path, entries[:1], shelf)


def test_a_choice_of_checkpoints(answers: tuple[Answer, ...], tmp_path: Path, shelf: Shelf) -> None:
    entries = entries_of(answers)
    assert [each.name for each in compared(tmp_path, entries, shelf, "albert-mini").checkpoints] == ["albert-mini"]
    with pytest.raises(CheckError, match=r'holds no answer of "bert-maxi"\. It holds answers of bert-mini, albert-mini'):
        compared(tmp_path, entries, shelf, "bert-maxi")


BAD: list[tuple[str, Callable[[Entry], None], str]] = [
    ("an impossible score", lambda entry: entry["top_k"][0].update(score=7), "Entry 1: The score of rank 1 is 7"),
    ("no mask", lambda entry: entry.update(prompt="It is."), "Entry 1: The prompt has no mask."),
    ("an unknown precision", lambda entry: entry.update(score_precision="good"), 'Entry 1: Its score_precision is "good".'),
    ("no words", lambda entry: entry.update(top_k=[]), "Entry 1: Its predictions are no lists"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "words"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_a_file_with_a_slip_is_not_used(
    change: Callable[[Entry], None], words: str, answers: tuple[Answer, ...], tmp_path: Path, shelf: Shelf
) -> None:
    entries = entries_of(answers)
    change(entries[0])
    with pytest.raises((CheckError, StorageError)) as caught:
        compared(tmp_path, entries, shelf)
    assert words in str(caught.value)


def test_csv_of_published_answers_is_read_too(answers: tuple[Answer, ...], tmp_path: Path, shelf: Shelf) -> None:
    lines = ["checkpoint,prompt,rank,word,score"]
    lines += [f"bert-mini,{PROMPTS[0]},{line.rank},{line.word},{line.score:.2f}" for line in answers[0].predictions]
    path = tmp_path / "published.csv"
    path.write_text("\n".join(lines), "utf-8")
    report = check_published(read_published(path), shelf)
    assert [each.outcome for each in report.verdicts] == [Outcome.HELD]
    assert report.verdicts[0].case.startswith("line 2: ")
    assert [each.limit for each in report.verdicts[0].units[0].findings] == [5.0, pytest.approx(0.006)]


PRECISIONS: list[tuple[str, str | None, list[object], float | None]] = [
    ("ranks", "rank only", [None], None),
    ("ranks though scores are there", "rank only", [0.5], None),
    ("no scores", "full", [None, ""], None),
    ("full", "full", [0.5], 1e-3),
    ("decimals", "4 decimals", [0.5], 6e-5),
    ("one decimal", "1 decimal", [0.5], 6e-2),
    ("per cent", "percent, 2 decimals", [0.5], 6e-5),
    ("not said, short", None, [0.5, 0.25], 6e-3),
    ("not said, text", None, ["0.250"], 6e-3),
    ("not said, long", None, [0.10731068, 0.5], 1e-3),
    ("not said, small", None, [1e-7], 1e-3),
    ("not said, whole", None, [1], 0.6),
]


@pytest.mark.parametrize(("said", "scores", "expected"), [row[1:] for row in PRECISIONS], ids=[row[0] for row in PRECISIONS])
def test_a_score_may_lie_as_far_off_as_it_was_published(said: str | None, scores: list[object], expected: float | None) -> None:
    found = tolerance(said, scores)
    assert found == (None if expected is None else pytest.approx(expected))


def test_a_precision_that_nobody_knows_is_refused() -> None:
    with pytest.raises(EntryProblem, match="Write full, rank only, 4 decimals"):
        tolerance("two digits", [0.25])


def test_the_published_collection_can_be_used(shared_data: Path) -> None:
    published = read_published(shared_data / "published_fillmask.json")
    assert len(published.entries) == 762
    known = [each.tolerance for entry in published.entries for each in entry.answers]
    assert (known.count(None), known.count(1e-3)) == (596, 160)
