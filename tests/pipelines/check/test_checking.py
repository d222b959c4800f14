"""Suites are held against the bundled checkpoints: what holds holds, what does not is told with its numbers."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from pipelines.answers import fill
from pipelines.check.checking import check_suite
from pipelines.check.problems import CheckError
from pipelines.check.suite import read_suite
from pipelines.check.verdicts import Aspect, Outcome, Report
from pipelines.distributions import Question
from pipelines.errors import UnknownCheckpoint
from pipelines.prompts import read_prompt
from pipelines.settings import read_settings
from pipelines.shelf import Shelf, ShelfState

KING = "The king said that [MASK] was tired."
STATES = "He was elected president of the United [MASK]."


def checked(tmp_path: Path, shelf: Shelf, text: str, **given: object) -> Report:
    path = tmp_path / "suite.yaml"
    path.write_text(text, "utf-8")
    return check_suite(read_suite(path), shelf, **given)  # type: ignore[arg-type]


# Each with a wide margin on every checkpoint: the words, and whether they hold.
EXPECTED = [
    ("in the top k", f"{{prompt: {KING}, expected: she | he, top_k: 1}}", True),
    ("not in the top k", f"{{prompt: {KING}, expected: banana | nurse}}", False),
    ("all in the top k", f"{{prompt: {KING}, expected_all: [she, he, it]}}", True),
    ("not all in the top k", f"{{prompt: {KING}, expected_all: [she, banana]}}", False),
    ("kept out", f"{{prompt: {KING}, not_expected: [banana, nurse]}}", True),
    ("not kept out", f"{{prompt: {KING}, not_expected: [banana, He]}}", False),
    ("in order", f"{{prompt: {KING}, order: he before she before nurse}}", True),
    ("out of order", f"{{prompt: {KING}, order: she before he}}", False),
    ("probable", f"{{prompt: {STATES}, probability: [states at least 60 %, kingdom at most 0.2]}}", True),
    ("not probable", f"{{prompt: {STATES}, probability: states at most 0.6}}", False),
    ("by its logarithm", f"{{prompt: {STATES}, logprob: states at least -0.5}}", True),
    ("not by its logarithm", f"{{prompt: {STATES}, logprob: kingdom at least -0.5}}", False),
    ("at a mask", f"{{prompt: '{STATES} It was [MASK] long ago.', expected: states; , top_k: 2}}", True),
    ("at another mask", f"{{prompt: '{STATES} It was [MASK] long ago.', expected: states, mask: 2}}", False),
    ("alike", f"{{prompt: {STATES}, agreement: [top1 same, rbo at least 0.6, jsd at most 0.1]}}", True),
    ("not alike", f"{{prompt: {STATES}, agreement: overlap at least 0.9}}", False),
    ("steady", f"{{template: '{{a}} {KING}', words: {{a: [Well., Yes.]}}, invariant: he within 3}}", True),
    ("not steady", "{prompts: [The king said that ___ was tired., The queen said that ___ was tired.], invariant: top1 same}",
     False),
    ("a share", f"{{prompts: [{KING}, {STATES}], expected: states | nothing, share: at least 50 %}}", True),
    ("not such a share", f"{{prompts: [{KING}, {STATES}], expected: states, share: at least 51 %}}", False),
]  # fmt: skip


@pytest.fixture(scope="module")
def expected(shelf: Shelf, tmp_path_factory: pytest.TempPathFactory) -> Report:
    """All of these at once: one pass for each checkpoint."""
    folder = tmp_path_factory.mktemp("expected")
    cases = "".join(f"- {{name: {name}, {case[1:]}\n".replace("[MASK]", "___") for name, case, _ in EXPECTED)
    return checked(folder, shelf, cases, checkpoints=("bert-mini", "albert-mini"))


@pytest.mark.parametrize(("name", "holds"), [(row[0], row[2]) for row in EXPECTED], ids=[row[0] for row in EXPECTED])
def test_what_holds_holds_on_every_checkpoint(name: str, holds: bool, expected: Report) -> None:
    own = [each for each in expected.verdicts if each.case == name]
    names = {tuple(one.name for one in each.checkpoints) for each in own}
    assert names == ({("bert-mini", "albert-mini")} if "alike" in name else {("bert-mini",), ("albert-mini",)})
    outcome = Outcome.HELD if holds else Outcome.FAILED
    assert {each.outcome for each in own} == ({outcome} if name != "not alike" else {Outcome.FAILED})


def test_the_numbers_are_those_of_an_ask(expected: Report, shelf: Shelf) -> None:
    loaded = [shelf.get(name) for name in ("bert-mini", "albert-mini")]
    filled = fill(loaded, [Question(read_prompt(STATES), ("states",))], 5)
    for asked in filled.answers:
        verdict = next(
            each for each in expected.verdicts if each.case == "probable" and each.checkpoints == (asked.answer.checkpoint,)
        )
        logprob = asked.answer.candidates[0].logprob
        assert logprob is not None
        assert verdict.units[0].findings[0].value == pytest.approx(math.exp(logprob), abs=1e-6)
    (alike,) = [each for each in expected.verdicts if each.case == "alike"]
    rbo, jsd = (each.value for each in alike.units[0].findings[1:])
    assert rbo == pytest.approx(filled.agreements[0].rbo, abs=1e-6)
    assert jsd == pytest.approx(filled.agreements[0].jsd_shared, abs=1e-5)


def test_a_share_has_its_interval_from_fifteen_prompts(tmp_path: Path, shelf: Shelf) -> None:
    prompts = "".join(f"    - In {year} the king said that ___ was tired.\n" for year in range(1800, 1816))
    report = checked(
        tmp_path, shelf, f"- prompts:\n{prompts}  expected: he\n  share: at least 90 %\n", checkpoints=["bert-mini"]
    )
    interval = report.verdicts[0].interval()
    assert (interval.mean, interval.n, interval.high) == (1.0, 16, 1.0)
    assert interval.low == pytest.approx(0.806, abs=1e-3)  # Wilson's for 16 of 16


def test_a_case_keeps_its_own_checkpoints_and_depth(tmp_path: Path, shelf: Shelf) -> None:
    text = (
        f"top_k: 4\ncheckpoints: albert-mini\ncases:\n  - {{prompt: {KING.replace('[MASK]', '___')}, expected: he}}\n"
        "  - {prompt: It is ___., not_expected: banana, checkpoints: bert-mini, top_k: 7}\n"
    )
    said = [
        [
            (each.checkpoints[0].name, each.units[0].findings[0].limit)
            for each in checked(tmp_path, shelf, text, **given).verdicts
        ]
        for given in ({}, {"checkpoints": ["distilbert-mini"], "top_k": 2})
    ]
    assert said == [[("albert-mini", 4.0), ("bert-mini", 7.0)], [("distilbert-mini", 2.0), ("bert-mini", 7.0)]]


def test_the_default_checkpoints_answer_where_nobody_names_one(tmp_path: Path, shelf: Shelf) -> None:
    report = checked(tmp_path, shelf, "- {prompt: It is ___., not_expected: banana}")
    assert [each.name for each in report.checkpoints] == ["bert-mini", "distilbert-mini", "albert-mini"]


def test_a_prompt_that_cannot_be_read_is_an_error_and_spoils_nothing_else(tmp_path: Path, shelf: Shelf) -> None:
    text = (
        f"- {{name: long, prompt: {'so ' * 600}___, expected: he}}\n"
        f"- {{name: king, prompt: {KING.replace('[MASK]', '___')}, order: he before she}}"
    )
    report = checked(tmp_path, shelf, text, checkpoints=["bert-mini"])
    long, king = report.verdicts
    assert (long.outcome, king.outcome, report.held) == (Outcome.ERROR, Outcome.HELD, False)
    assert "reads at most" in str(long.units[0].problem)


def test_words_that_are_too_many_passes_spoil_their_own_prompt_only(tmp_path: Path, shelf: Shelf) -> None:
    words = ", ".join(f"antidisestablishmentarian{letter}" for letter in "abcdefghijklmnop")
    text = (
        f"- {{name: much, prompt: {'___ ' * 10}, not_expected: [{words}], mask: 1}}\n"
        f"- {{name: king, prompt: {KING.replace('[MASK]', '___')}, order: he before she}}"
    )
    much, king = checked(tmp_path, shelf, text, checkpoints=["bert-mini"]).verdicts
    assert (much.outcome, king.outcome) == (Outcome.ERROR, Outcome.HELD)
    assert "Name fewer or shorter words" in str(much.units[0].problem)


def test_what_is_skipped_is_said_and_not_asked(tmp_path: Path, shelf: Shelf) -> None:
    report = checked(
        tmp_path,
        shelf,
        "- {prompt: It is ___., expected: banana, skip: not yet}\n- {prompt: Is it ___?, not_expected: banana}",
        checkpoints=["bert-mini"],
    )
    assert [(each.outcome, each.skipped) for each in report.verdicts] == [(Outcome.SKIPPED, "not yet"), (Outcome.HELD, None)]
    assert report.held
    with pytest.raises(CheckError, match=r"Every case of suite\.yaml is skipped"):
        checked(tmp_path, shelf, "- {prompt: It is ___., expected: banana, skip: not yet}", checkpoints=["bert-mini"])


UNUSABLE = [
    ("one checkpoint", "- {prompt: It is ___., agreement: top1 same}", ("bert-mini",), CheckError, "only bert-mini is asked"),
    ("unknown checkpoint", "- {prompt: It is ___., expected: a}", ("bert-mni",), UnknownCheckpoint, "did you mean bert-mini"),
    ("a checkpoint twice", "- {prompt: It is ___., expected: a}", ("bert-mini", "bert-mini"), CheckError, "named twice"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "names", "kind", "words"), [row[1:] for row in UNUSABLE], ids=[row[0] for row in UNUSABLE])
def test_what_cannot_be_checked_is_told_before_a_model_is_loaded(
    text: str, names: tuple[str, ...], kind: type[Exception], words: str, tmp_path: Path
) -> None:
    fresh = Shelf(read_settings())
    try:
        with pytest.raises(kind, match=words):
            checked(tmp_path, fresh, text, checkpoints=names)
        assert fresh.entry("bert-mini").state is ShelfState.AWAY
    finally:
        fresh.close()


def test_progress_counts_the_distinct_prompts(tmp_path: Path, shelf: Shelf) -> None:
    told: list[tuple[int, int]] = []
    text = "".join(f"- {{prompt: It is ___ {n % 2}., not_expected: a}}\n" for n in range(4))
    checked(tmp_path, shelf, text, checkpoints=["bert-mini"], on_progress=lambda done, total: told.append((done, total)))
    assert told == [(2, 2)]


def test_every_aspect_has_its_own_verdict(tmp_path: Path, shelf: Shelf) -> None:
    text = "- {prompts: [It is ___., Is it ___?], expected: it, agreement: rbo at least 0, invariant: rbo at least 0}"
    report = checked(tmp_path, shelf, text, checkpoints=["bert-mini", "albert-mini"])
    assert [(each.aspect, len(each.checkpoints), len(each.units)) for each in report.verdicts] == [
        (Aspect.ANSWERS, 1, 2),
        (Aspect.ANSWERS, 1, 2),
        (Aspect.AGREEMENT, 2, 2),
        (Aspect.INVARIANCE, 1, 1),
        (Aspect.INVARIANCE, 1, 1),
    ]
    assert all(each.seconds > 0 for each in report.verdicts)
