"""The checkpoints of a selection and their labels."""

from __future__ import annotations

from dataclasses import replace

import pytest

from storage.log import Log
from storage.measures import checkpoints
from storage.records import Checkpoint
from storage.selection import Selection
from tests.storage.measures.histories import keep, told
from tests.storage.samples import ALBERT, BERT, DISTILBERT, checkpoint


def labels(log: Log, *asked: Checkpoint) -> list[str]:
    for number, by in enumerate(asked):
        keep(log, told(by, "ab"), number=number)
    return [each.label for each in checkpoints(log.database, Selection())]


def test_families_come_in_their_order_then_names(log: Log) -> None:
    full = checkpoint("bert-base-uncased")
    other = replace(checkpoint("aardvark"), family="roberta")
    assert labels(log, other, ALBERT, BERT, DISTILBERT, full) == [
        "bert-base-uncased",
        "bert-mini",
        "distilbert-mini",
        "albert-mini",
        "aardvark",
    ]


def test_two_weights_of_a_name_are_told_apart_by_their_revisions(log: Log) -> None:
    old, new = checkpoint("bert-mini", weights="old"), checkpoint("bert-mini", weights="new")
    assert labels(log, old, new, ALBERT) == [
        f"bert-mini ({old.revision[:7]})",
        f"bert-mini ({new.revision[:7]})",
        "albert-mini",
    ]
    # A single one of them needs no more than its name.
    (only,) = checkpoints(log.database, Selection(checkpoints=("albert-mini",)))
    assert only.label == "albert-mini"


@pytest.mark.parametrize(
    ("revisions", "weights", "tokenizers", "expected"),
    [
        (("abcdefghij", "abcdefghik"), ("1", "2"), ("1", "2"), ["abcdefghij", "abcdefghik"]),
        (("main", "main"), ("0123456789", "9876543210"), ("1", "2"), ["0123456", "9876543"]),
        (("main", "main"), ("unknown", "unknown"), ("0123456789", "9876543210"), ["0123456", "9876543"]),
        (("main", "main"), ("unknown", "unknown"), ("same", "same"), ["1", "2"]),
    ],
)
def test_more_digits_or_another_hash_where_seven_do_not_tell(
    log: Log, revisions: tuple[str, str], weights: tuple[str, str], tokenizers: tuple[str, str], expected: list[str]
) -> None:
    twins = [
        replace(BERT, source=source, revision=revision, weights_sha256=sha256, tokenizer_sha256=tokenizer)
        for source, revision, sha256, tokenizer in zip(("hub", "folder"), revisions, weights, tokenizers, strict=True)
    ]
    assert labels(log, *twins) == [f"bert-mini ({mark})" for mark in expected]


def test_counts(log: Log) -> None:
    text = "[MASK] is [MASK]."
    keep(log, *(told(BERT, "ab", text=text, mask_index=mask, full=mask == 0) for mask in (0, 1)))
    keep(log, told(BERT, "ab", text=text, full=True), told(BERT, "ab"), number=1)
    (each,) = checkpoints(log.database, Selection())
    assert (each.n_prompts, each.n_answers, each.n_full, each.n_asks) == (2, 3, 2, 4)
    assert (each.name, each.family, each.source, each.revision) == ("bert-mini", "bert", BERT.source, BERT.revision)


def test_an_empty_log_has_none(log: Log) -> None:
    assert checkpoints(log.database, Selection()) == ()
