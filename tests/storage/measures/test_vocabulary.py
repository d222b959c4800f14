"""Whose words are whose."""

from __future__ import annotations

import math
import random
from collections import Counter, defaultdict

import pytest

from pipelines.metrics import distinct_words
from storage.log import Log
from storage.measures import lists, word_counts, word_counts_over_time, word_uses, words_like
from storage.records import Answer
from storage.selection import Counting, Selection, WordSpace
from tests.storage.measures.histories import ids, keep, told
from tests.storage.samples import ALBERT, BERT, DISTILBERT, TRIO, checkpoint, run

EVERYTHING = Selection()


@pytest.mark.parametrize("depth", [1, 4, None])
@pytest.mark.parametrize("common", [True, False])
def test_words_are_counted(log: Log, depth: int | None, common: bool) -> None:
    generator = random.Random(3)
    answers: list[Answer] = []
    for number in range(60):
        for by in TRIO if number % 3 else (BERT, ALBERT):
            words = generator.choices([f"word{n}" for n in range(12)], k=generator.randint(1, 8))
            answers.append(told(by, words, text=f"{number} [MASK]"))
    keep(log, *answers)
    names = {key: name for name, key in ids(log).items()}
    said: Counter[tuple[str, str]] = Counter()
    firsts: Counter[tuple[str, str]] = Counter()
    mass: defaultdict[tuple[str, str], float] = defaultdict(float)
    counted = [answer for answer in answers if not common or int(answer.prompt.text.split()[0]) % 3]
    for answer in counted:
        words = [line.word for line in answer.predictions]
        for rank, word in enumerate(distinct_words(words)[:depth]):
            key = (word, answer.checkpoint.name)
            said[key] += 1
            firsts[key] += rank == 0
            logprob = answer.predictions[words.index(word)].logprob
            assert logprob is not None
            mass[key] += math.exp(logprob)
    rows = word_counts(log.database, EVERYTHING, depth, common=common).to_pylist()
    assert {(r["word"], names[r["checkpoint_id"]]): r["lists"] for r in rows} == said
    assert {(r["word"], names[r["checkpoint_id"]]): r["firsts"] for r in rows} == {key: firsts[key] for key in said}
    assert {(r["word"], names[r["checkpoint_id"]]): r["mass"] for r in rows} == pytest.approx(dict(mass))
    totals = {names[r["checkpoint_id"]]: r for r in lists(log.database, EVERYTHING, depth, common=common).to_pylist()}
    for by in TRIO:
        assert totals[by.name]["lists"] == sum(answer.checkpoint == by for answer in counted)
        assert totals[by.name]["predictions"] == sum(n for (_, name), n in said.items() if name == by.name)
    over_time = word_counts_over_time(log.database, EVERYTHING, depth, common=common).to_pylist()
    assert {row["period"].isoformat() for row in over_time} == {"2026-03-01T00:00:00"}
    assert sorted((r["word"], r["checkpoint_id"], r["lists"]) for r in over_time) == sorted(
        (r["word"], r["checkpoint_id"], r["lists"]) for r in rows
    )


def test_pieces_are_counted_as_the_tokenizer_spells_them(log: Log) -> None:
    keep(log, told(BERT, ["cat", "cat"]), told(DISTILBERT, ["cat"]), told(ALBERT, ["cat"]))
    words = word_counts(log.database, EVERYTHING).to_pylist()
    assert [(row["word"], row["checkpoint_id"], row["lists"]) for row in words] == [("cat", key, 1) for key in (1, 2, 3)]
    pieces = word_counts(log.database, Selection(space=WordSpace.PIECES)).to_pylist()
    assert sorted((row["word"], row["checkpoint_id"]) for row in pieces) == [
        ("cat", 1),
        ("cat", 2),
        ("cat~1", 1),
        ("\u2581cat", 3),
    ]


def test_a_list_said_again_is_no_new_evidence_of_its_words(log: Log) -> None:
    keep(log, told(BERT, "ab", scores=[-1.0, -2.0]))
    keep(log, told(BERT, "ab"), number=1, reused=True)
    rows = word_counts(log.database, Selection(counting=Counting.ALL_ASKS)).to_pylist()
    assert [(row["word"], row["lists"], row["firsts"]) for row in rows] == [("a", 1, 1), ("b", 1, 0)]
    assert rows[0]["mass"] == pytest.approx(math.exp(-1))
    (total,) = lists(log.database, Selection(counting=Counting.ALL_ASKS)).to_pylist()
    assert (total["lists"], total["predictions"]) == (1, 2)


def test_a_mass_with_an_unknown_score_is_unknown(log: Log) -> None:
    keep(log, told(BERT, "ab", scores=[None, None], full=False), told(BERT, "bc", text="Other [MASK]."))
    masses = {row["word"]: row["mass"] for row in word_counts(log.database, EVERYTHING).to_pylist()}
    assert masses == {"a": None, "b": None, "c": pytest.approx(math.exp(-0.6))}


def test_nothing_is_common_to_checkpoints_that_never_met(log: Log) -> None:
    keep(log, told(BERT, "ab", text="One [MASK]."), told(ALBERT, "ab", text="Two [MASK]."))
    assert word_counts(log.database, EVERYTHING).num_rows == lists(log.database, EVERYTHING).num_rows == 0
    assert word_counts(log.database, EVERYTHING, common=False).num_rows == 4
    assert word_counts(log.database, Selection(checkpoints=("bert-mini",))).num_rows == 2


def test_two_weights_of_a_name_are_counted_apart(log: Log) -> None:
    keep(log, told(BERT, "ab"), told(checkpoint("bert-mini", weights="other"), "ac"))
    rows = word_counts(log.database, EVERYTHING).to_pylist()
    assert sorted((row["word"], row["checkpoint_id"]) for row in rows) == [("a", 1), ("a", 2), ("b", 1), ("c", 2)]


def test_who_says_a_word(log: Log) -> None:
    keep(log, told(BERT, "aab", scores=[-1.0, -1.5, -2.0]), told(ALBERT, "b", scores=[None], full=False))
    again = keep(log, told(DISTILBERT, "Bx", text="Other [MASK].", scores=[-0.5, -3.0]), told(BERT, "aab"), number=1)
    page = word_uses(log.database, EVERYTHING, "B")
    told_rows = [
        [row[name] for name in ("word", "prompt", "checkpoint_id", "rank", "run_id")] for row in page.table.to_pylist()
    ]
    known = ids(log)
    assert told_rows == [
        ["B", "Other [MASK].", known[DISTILBERT.name], 1, again],
        ["b", "It is a [MASK].", known[BERT.name], 2, again],
        ["b", "It is a [MASK].", known[ALBERT.name], 1, run(0).run_id],
    ]
    assert page.table["score"].to_pylist() == [pytest.approx(math.exp(-0.5)), pytest.approx(math.exp(-2)), None]
    assert (page.n, page.truncated) == (3, False)
    second = word_uses(log.database, EVERYTHING, "b", limit=1, offset=1)
    assert (second.table["rank"].to_pylist(), second.n, second.truncated) == ([2], 3, True)
    only = word_uses(log.database, Selection(checkpoints=(ALBERT.name,)), "b")
    assert only.table["checkpoint_id"].to_pylist() == [known[ALBERT.name]]


def test_who_says_a_piece(log: Log) -> None:
    keep(log, told(BERT, ["cat", "cat"]), told(ALBERT, ["dog", "cat"]))
    pieces = Selection(space=WordSpace.PIECES)
    assert word_uses(log.database, pieces, "cat~1").table["rank"].to_pylist() == [2]
    assert word_uses(log.database, pieces, "\u2581cat").table["checkpoint_id"].to_pylist() == [ids(log)[ALBERT.name]]
    assert word_uses(log.database, pieces, "dog").n == 0


@pytest.mark.parametrize(
    ("start", "found"),
    [
        ("ca", ["cat", "car", "Cab"]),
        ("CA", ["cat", "car", "Cab"]),
        ("cat", ["cat"]),
        ("%", []),
        ("", ["cat", "car", "Cab", "dog"]),
    ],
)
def test_words_that_begin_so(log: Log, start: str, found: list[str]) -> None:
    keep(log, told(BERT, ["cat", "car", "Cab", "dog"]), told(ALBERT, ["cat", "car"]), told(DISTILBERT, ["cat"]))
    table = words_like(log.database, EVERYTHING, start)
    assert table["word"].to_pylist() == found
    assert table["predictions"].to_pylist()[:2] == [3, 2][: len(found)]
    assert words_like(log.database, EVERYTHING, start, limit=1)["word"].to_pylist() == found[:1]


def test_an_empty_log_has_no_words(log: Log) -> None:
    for common in (True, False):
        for question in (word_counts, word_counts_over_time, lists):
            assert question(log.database, EVERYTHING, common=common).num_rows == 0
    assert words_like(log.database, EVERYTHING, "").num_rows == 0
    page = word_uses(log.database, EVERYTHING, "a")
    assert (page.table.num_rows, page.n, page.truncated) == (0, 0, False)
