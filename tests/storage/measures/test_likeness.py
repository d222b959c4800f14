"""How alike lists are, and where they part."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import partial
from itertools import combinations

import pytest

from pipelines import metrics
from storage.log import Log
from storage.measures import disagreements, pairs
from storage.records import Answer
from storage.selection import Counting, Selection, WordSpace
from tests.storage.measures.histories import ids, keep, spoken, told
from tests.storage.samples import ALBERT, BERT, DISTILBERT, TRIO, agreement, checkpoint

CATS = ["cat", "cat", "dog", "cat"]
DEPTHS = (1, 2, 5, 7, 40, None)


@pytest.fixture
def random_lists(log: Log) -> tuple[Log, dict[tuple[str, str], Answer]]:
    """200 prompts, three lists each: short and long, with repeated words, some with nothing in common."""
    generator = random.Random(11)
    answers = {}
    for number in range(200):
        words = [f"word{n}" for n in range(generator.choice((2, 6, 30)))]
        for by in TRIO:
            said = generator.choices(words, k=generator.randint(1, 20))
            if generator.random() < 0.1:
                said = [f"{by.family} {word}" for word in said]
            answers[f"Prompt {number} [MASK].", by.name] = told(by, said, text=f"Prompt {number} [MASK].")
    keep(log, *answers.values())
    said_anywhere = sorted({line.word for each in answers.values() for line in each.predictions})
    for place, by in enumerate(TRIO):
        known = dict.fromkeys(said_anywhere[place::4] + said_anywhere[3::4] + said_anywhere[place - 1 :: 4], True)
        log.keep_vocabulary(by.tokenizer_sha256, partial(dict, known))
    return log, answers


@pytest.mark.parametrize("space", WordSpace)
@pytest.mark.parametrize("depth", DEPTHS)
def test_pairs_equal_the_metrics(
    random_lists: tuple[Log, dict[tuple[str, str], Answer]], space: WordSpace, depth: int | None
) -> None:
    log, answers = random_lists
    texts: dict[int, str] = dict(log.database.rows("SELECT prompt_id, text FROM prompt"))
    names = {key: name for name, key in ids(log).items()}
    shared = shared_words(log)
    lists = {
        key: metrics.distinct_words(
            [
                line.piece if space is WordSpace.PIECES else line.word
                for line in each.predictions
                if space is not WordSpace.SHARED or line.word in shared
            ]
        )[:depth]
        for key, each in answers.items()
    }
    rows = pairs(log.database, Selection(space=space), depth).to_pylist()
    told_of = [[lists[text, by.name] for by in TRIO] for text in texts.values()]
    assert len(rows) == sum(bool(a and b) for each in told_of for a, b in combinations(each, 2))
    assert 200 < len(rows) <= 200 * 3
    for row in rows:
        a, b = (lists[texts[row["prompt_id"]], names[row[side]]] for side in ("a", "b"))
        assert row["depth"] == min(len(a), len(b))
        assert row["overlap"] == pytest.approx(metrics.overlap(a, b), abs=1e-12)
        assert row["jaccard"] == pytest.approx(metrics.jaccard(a, b), abs=1e-12)
        assert row["rbo"] == pytest.approx(metrics.rank_biased_overlap(a, b).extrapolated, abs=1e-9)
        assert row["top1_same"] == (a[0] == b[0])
        assert (row["mask_index"], row["weight"]) == (0, 1)


@pytest.mark.parametrize(
    ("one", "other", "rbo"),
    [("abcde", "abcde", 1.0), ("abcde", "edcba", 0.7378), ("abcde", "abdce", 0.9730), ("abcde", "vwxyz", 0.0)],
)
def test_golden_values(log: Log, one: str, other: str, rbo: float) -> None:
    keep(log, told(BERT, one), told(ALBERT, other))
    (row,) = pairs(log.database, Selection(), 5).to_pylist()
    assert row["rbo"] == pytest.approx(rbo, abs=5e-5)


def test_a_pair_names_its_checkpoints_in_their_order_and_keeps_their_coverages(log: Log) -> None:
    # ALBERT answers first, so that the order of the keys is another than the order of the families.
    keep(log, told(ALBERT, "ab"), number=1)
    keep(log, told(BERT, "ab"), told(DISTILBERT, "ab"), agreements=[agreement("It is a [MASK].", BERT, ALBERT)], number=2)
    known = ids(log)
    rows = {(row["a"], row["b"]): row for row in pairs(log.database, Selection()).to_pylist()}
    assert set(rows) == set(combinations([known[by.name] for by in (BERT, DISTILBERT, ALBERT)], 2))
    row = rows[known[BERT.name], known[ALBERT.name]]
    written = agreement("It is a [MASK].", BERT, ALBERT)
    assert (row["coverage_a"], row["coverage_b"]) == (written.coverage_a, written.coverage_b)
    assert row["jsd_shared"] == written.jsd_shared
    unknown = rows[known[BERT.name], known[DISTILBERT.name]]
    assert (unknown["jsd_shared"], unknown["coverage_a"], unknown["coverage_b"]) == (None, None, None)


def test_masks_and_prompts_are_not_mixed(log: Log) -> None:
    text = "[MASK] is [MASK]."
    keep(
        log,
        *(told(BERT, words, text=text, mask_index=mask) for mask, words in enumerate(("ab", "cd"))),
        *(told(ALBERT, words, text=text, mask_index=mask) for mask, words in enumerate(("cd", "cd"))),
        told(ALBERT, "ab"),
    )
    rows = pairs(log.database, Selection()).to_pylist()
    assert sorted((row["mask_index"], row["overlap"]) for row in rows) == [(0, 0.0), (1, 1.0)]


def test_two_weights_of_one_name_are_a_pair(log: Log) -> None:
    keep(log, told(BERT, "ab"), told(checkpoint("bert-mini", weights="other"), "ac"))
    (row,) = pairs(log.database, Selection(checkpoints=("bert-mini",))).to_pylist()
    assert (row["a"], row["b"], row["overlap"]) == (1, 2, 0.5)


def test_a_pair_weighs_as_the_answer_asked_for_less(log: Log) -> None:
    keep(log, told(BERT, "ab"), told(ALBERT, "ab"), number=0)
    for number in (1, 2):
        keep(log, told(BERT, "ab"), number=number, reused=True)
    keep(log, told(ALBERT, "ab"), number=3, reused=True)
    (row,) = pairs(log.database, Selection(counting=Counting.ALL_ASKS)).to_pylist()
    assert row["weight"] == 2
    assert pairs(log.database, Selection())["weight"].to_pylist() == [1]


def test_lists_without_scores_are_compared(log: Log) -> None:
    keep(log, *(told(by, "abc", scores=[None] * 3, full=False) for by in (BERT, ALBERT)))
    (row,) = pairs(log.database, Selection()).to_pylist()
    assert (row["overlap"], row["rbo"], row["jsd_shared"]) == (1.0, pytest.approx(1.0), None)
    page = disagreements(log.database, Selection(), order="clash")
    (row,) = page.table.to_pylist()
    assert (row["top_a"], row["score_a"], row["clash"]) == ("a", None, 0.0)


def shared_words(log: Log) -> set[str]:
    """What every tokenizer of the log can say."""
    rows = log.database.rows("SELECT word FROM vocabularies GROUP BY word HAVING count(*) = (SELECT count(*) FROM tokenizer)")
    return {word for (word,) in rows}


def test_an_imported_list_may_repeat_a_piece(log: Log) -> None:
    elsewhere = replace(BERT, source="import")
    lines = tuple(replace(line, piece="cat" if line.word == "cat" else line.piece) for line in spoken(elsewhere, CATS))
    keep(log, replace(told(elsewhere, CATS), predictions=lines), told(DISTILBERT, ["dog", "cat"]))
    for space in (WordSpace.WORDS, WordSpace.PIECES):
        (row,) = pairs(log.database, Selection(space=space), 2).to_pylist()
        assert (row["depth"], row["overlap"]) == (2, 1.0)


def test_one_checkpoint_makes_no_pair(log: Log) -> None:
    assert pairs(log.database, Selection()).num_rows == 0
    keep(log, told(BERT, "ab"))
    assert pairs(log.database, Selection()).num_rows == 0
    page = disagreements(log.database, Selection())
    assert (page.n, page.table.num_rows, page.truncated) == (0, 0, False)


@pytest.fixture
def parted(log: Log) -> tuple[Log, list[str]]:
    """Three prompts: near, sure of another word, and nothing in common but unsure."""
    far = [("Near [MASK].", "abc", "abd", (-0.1, -0.1)), ("Clash [MASK].", "abc", "bac", (-0.2, -0.3))]
    far.append(("Far [MASK].", "abc", "xyz", (-2.0, -2.0)))
    runs = []
    for number, (text, one, other, first) in enumerate(far):
        scores = [[score, -4.0, -5.0] for score in first]
        answers = [
            told(by, words, text=text, scores=s) for by, words, s in zip((BERT, ALBERT), (one, other), scores, strict=True)
        ]
        jsd = replace(agreement(text, BERT, ALBERT), jsd_shared=0.5 - 0.1 * number)
        runs.append(keep(log, *answers, number=number, agreements=[jsd] if number < 2 else []))
    return log, runs


@pytest.mark.parametrize(
    ("order", "texts"),
    [("rbo", ["Far", "Near", "Clash"]), ("clash", ["Clash", "Far", "Near"]), ("jsd", ["Near", "Clash", "Far"])],
)
def test_disagreements_are_ranked(parted: tuple[Log, list[str]], order: str, texts: list[str]) -> None:
    page = disagreements(parted[0].database, Selection(), 3, order)
    assert [prompt.split()[0] for prompt in page.table["prompt"].to_pylist()] == texts
    assert (page.n, page.truncated) == (3, False)


def test_a_disagreement_tells_first_words_scores_and_run(parted: tuple[Log, list[str]]) -> None:
    log, runs = parted
    page = disagreements(log.database, Selection(), 3, "clash", limit=1)
    assert (page.n, page.truncated) == (3, True)
    (row,) = page.table.to_pylist()
    assert (row["top_a"], row["top_b"], row["run_id"]) == ("a", "b", runs[1])
    assert [row[name] for name in ("score_a", "score_b", "clash")] == pytest.approx([0.8187, 0.7408, 0.7408], abs=1e-4)
    assert (row["jsd_shared"], row["coverage_a"], row["coverage_b"]) == (pytest.approx(0.4), 0.7, 0.9)
    pieces = disagreements(log.database, Selection(space=WordSpace.PIECES), 3, "clash").table.to_pylist()
    assert {row["top_b"] for row in pieces} == {"\u2581a", "\u2581b", "\u2581x"}


def test_the_run_of_a_disagreement_is_the_latest_that_asked_both(parted: tuple[Log, list[str]]) -> None:
    log, runs = parted
    keep(log, told(BERT, "abc", text="Far [MASK]."), number=50, reused=True)
    (row,) = disagreements(log.database, Selection(), 3, limit=1).table.to_pylist()
    assert row["run_id"] == runs[2]


def test_pages_of_disagreements_follow_each_other(parted: tuple[Log, list[str]]) -> None:
    log, _ = parted
    whole = disagreements(log.database, Selection()).table["prompt"].to_pylist()
    parts = [disagreements(log.database, Selection(), limit=1, offset=offset) for offset in range(4)]
    assert [row for part in parts for row in part.table["prompt"].to_pylist()] == whole
    assert [(part.n, part.truncated) for part in parts] == [(3, True), (3, True), (3, False), (3, False)]


def test_an_unknown_order_is_refused(log: Log) -> None:
    with pytest.raises(ValueError, match="alphabet"):
        disagreements(log.database, Selection(), order="alphabet")
