"""What is said of a batch says how it stands, and what can be done."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from dashboard.batch_words import (
    SOURCES,
    answered_in_words,
    begun_in_words,
    beside_progress,
    end_in_words,
    estimate_in_words,
    held_in_words,
    name_of,
    progress_in_words,
    tags_in_words,
    waiting_in_words,
)
from dashboard.brought import FileBrought
from pipelines.batch import BatchCounts, BatchProgress
from pipelines.prompt_files.probes import PROBE_SETS
from storage.records import Run, RunKind, RunStatus

RUN = Run("", RunKind.BATCH, datetime(2026, 3, 7, 9, 5, tzinfo=UTC), options={"source": "a.csv", "checkpoints": ["x", "y"]})


def held(text: str) -> str:
    return held_in_words(FileBrought(text).inspect())


def test_what_a_file_holds_is_one_sentence() -> None:
    assert held("A [MASK].\nB [MASK].") == "2 prompts, one blank each"
    assert held("A [MASK].\nA [MASK].\n[MASK] [MASK].") == "3 prompts, 2 of them distinct, 1 to 2 blanks"
    table = "prompt,expected,candidates,tag\nA [MASK].,x,y|z,t\nB [MASK].,,,\n"
    assert held(table) == "2 prompts, one blank each, 1 with an expected word, 1 with candidates, 1 tagged"
    assert held("no blank") == "0 prompts"


def test_many_tags_are_counted() -> None:
    tags = {f"t{n}": 100 - n for n in range(30)}
    assert tags_in_words(tags, 2_000).endswith("t11 (89) and 1,988 more")


def test_a_batch_is_called_by_its_label_else_by_its_file() -> None:
    assert name_of(RUN) == "a.csv"
    assert name_of(replace(RUN, label="trial")) == "trial"
    assert name_of(replace(RUN, options={"source": 7})) == "a batch"
    assert begun_in_words(replace(RUN, label="trial")) == "Begun 7 Mar 2026, 09:05 UTC, from a.csv, asks x and y"
    assert begun_in_words(RUN) == "Begun 7 Mar 2026, 09:05 UTC, asks x and y"


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (RunStatus.COMPLETE, "Every prompt was asked."),
        (RunStatus.CANCELLED, "It was stopped. What is done is kept; 1 prompt is left."),
        (RunStatus.FAILED, "The disk is full. What is done is kept; 1 prompt is left."),
        (
            RunStatus.RUNNING,
            "It was interrupted, and goes on by itself a few seconds after the start of the server; 1 prompt is left.",
        ),
    ],
)
def test_an_end_says_what_is_left(status: RunStatus, said: str) -> None:
    assert end_in_words(replace(RUN, status=status, options={"problem": "The disk is full."}), 1) == said


def test_a_problem_of_now_counts_more_than_one_of_before() -> None:
    run = replace(RUN, status=RunStatus.FAILED, options={"problem": "before"})
    assert end_in_words(run, 2, "The weights are gone.").startswith("The weights are gone. ")
    assert end_in_words(replace(run, options={}), 2).startswith("It failed. ")


def test_how_long_it_takes_is_said_as_far_as_it_is_known() -> None:
    assert estimate_in_words(10, ["a", "b"], {"a": 1.0}) == "How long it takes is not known yet: b has not answered here."
    assert estimate_in_words(0, ["a"], {}) == estimate_in_words(5, [], {}) == ""
    assert estimate_in_words(10, ["a"], {"a": 1.0}).startswith("Under a second,")
    assert estimate_in_words(7_200, ["a", "b"], {"a": 1_000.0, "b": 500.0}).startswith("About 3.0 h,")


def test_progress_says_what_is_known() -> None:
    loading = BatchProgress("", 40, 0, 0, 0, 2.0)
    assert progress_in_words(loading) == "0 of 40 prompts"
    assert progress_in_words(replace(loading, n_done=40, n_here=40)) == "40 of 40 prompts, 20 prompts/s"
    assert beside_progress(loading, 0) == ""
    assert beside_progress(replace(loading, n_reused=3), 1) == "3 answered without running a model, 1 line refused"
    assert waiting_in_words(0) == "It begins in a moment."


def test_a_summary_says_of_how_many() -> None:
    counts = BatchCounts(RUN, 40, 0, 40, 40, 120, 0, 0, 0)
    assert answered_in_words(counts) == "40 of 40 prompts"
    assert answered_in_words(replace(counts, n_pending=10, n_answered=30, n_prompts=30)) == "30 of 40 prompts so far"


def test_every_published_set_has_its_source() -> None:
    assert set(SOURCES) == {*(each.name for each in PROBE_SETS), "ParaRel"}
