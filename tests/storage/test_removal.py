"""Deleting a run or a prompt: what goes is said first, nothing is left hanging, and what others asked is still there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from storage import annotations as marked
from storage import history
from storage.annotations import NotThere, Target, add_note, add_tag, set_label, star
from storage.database import Cursor
from storage.drift import drifts, measure_drift
from storage.log import Log
from storage.lookup import turned
from storage.records import AskedAnswer, Comparison, Expectation, Prompt, Refused, RunKind
from storage.removal import Going, remove, what_goes
from storage.verification import inspect
from tests.storage.samples import ALBERT, BERT, DISTILBERT, answer, ask, batch, checkpoint, run, run_id

NEW_BERT = checkpoint("bert-mini", weights="second")
TEXTS = ("It is [MASK].", "[MASK] is the [MASK] of France.", "The sea's [MASK].", "Ant [MASK].")
DICTIONARIES = {"schema_migration", "setting", "tokenizer", "vocabulary", "saved_query"}
"""Tables that no removal empties."""


def prompt_id(log: Log, text: str) -> int:
    ((found,),) = log.database.rows("SELECT prompt_id FROM prompts WHERE prompt = $text", {"text": text})
    return int(found)


def rows_left(log: Log) -> dict[str, int]:
    """Rows of every table that is not empty."""
    tables = log.database.rows("SELECT table_name FROM duckdb_tables() WHERE NOT internal AND NOT temporary")
    counted = {
        table: log.database.read(lambda cursor, name=table: len(cursor.table(name).fetchall()))  # type: ignore[misc]
        for (table,) in tables
        if table not in DICTIONARIES
    }
    return {table: n for table, n in counted.items() if n}


def broken(log: Log) -> set[str]:
    """Names of the invariants of the schema that do not hold. The made-up lists of the samples add up to more than 1."""
    found = log.database.read(lambda cursor: inspect(cursor, log.path))
    return {each.name for each in found} - {"prediction_mass"}


def test_a_run_goes_with_all_that_only_it_asked(log: Log) -> None:
    comparison = ask(TEXTS[1], candidates=("paris",))
    log.append(replace(comparison, expectations=(Expectation(Prompt(TEXTS[1]), 0, "lyon"),)))
    target = Target(run_id=run_id())
    star(log.database, target, "Ada")
    add_tag(log.database, Target(prompt_id=prompt_id(log, TEXTS[1])), "geography", "Ada")
    add_note(log.database, target, "Look again.", "Ada")
    before = rows_left(log)
    going = what_goes(log.database, target)
    assert going == Going(runs=1, asks=6, answers=6, predictions=30, prompts=1, tags=1, stars=1, notes=1)
    assert going.in_words() == ("This deletes 1 run, 1 prompt, 6 answers with 30 predictions, 1 tag, 1 star, and 1 note.")
    assert rows_left(log) == before
    assert remove(log.database, target) == going
    assert rows_left(log) == {}
    log.append(comparison)
    assert history.comparison(log.database, run_id()) == comparison


def test_what_another_run_asked_stays_and_is_said(log: Log) -> None:
    log.append(ask(number=1))
    log.append(ask(number=2, checkpoints=[BERT]))
    before = history.comparison(log.database, run_id(2))
    going = what_goes(log.database, Target(run_id=run_id(1)))
    assert (going.answers, going.asks, going.prompts, going.still_asked_elsewhere) == (2, 3, 0, 1)
    assert going.in_words() == (
        "This deletes 1 run, and 2 answers with 10 predictions. 1 answer stays: another run asked for it, too."
    )
    remove(log.database, Target(run_id=run_id(1)))
    assert history.comparison(log.database, run_id(2)) == before
    assert broken(log) == set()


def test_a_prompt_goes_out_of_every_run_and_takes_those_that_asked_nothing_else(log: Log) -> None:
    log.append(ask(TEXTS[0], number=1))
    log.append(batch([TEXTS[0], TEXTS[3]], number=2, depth=5))
    target = Target(prompt_id=prompt_id(log, TEXTS[0]))
    going = what_goes(log.database, target)
    assert (going.runs, going.runs_shortened, going.prompts, going.answers, going.asks) == (1, 1, 1, 3, 6)
    assert going.in_words().endswith("1 run loses it and stays with its other prompts.")
    remove(log.database, target)
    assert history.comparison(log.database, run_id(1)) is None
    left = history.comparison(log.database, run_id(2))
    assert left is not None
    assert [each.text for each in left.prompts] == [TEXTS[3]]
    assert broken(log) == set()


def test_a_prompt_takes_the_texts_that_were_refused_under_its_spelling(log: Log) -> None:
    log.append(ask(TEXTS[2], number=1))
    log.append(Comparison(run(2), refused=(Refused("The  sea\u2019s ____.", "Too long for a checkpoint."),)))
    log.append(Comparison(run(3), refused=(Refused("The sea\u2019s ____.", "Too long."), Refused("other", "No mask.", 1))))
    target = Target(prompt_id=prompt_id(log, TEXTS[2]))
    going = remove(log.database, target)
    assert (going.runs, going.refused, going.runs_shortened) == (2, 2, 1)
    assert log.database.rows("SELECT text FROM refused_prompts") == [("other",)]
    assert rows_left(log) == {"run": 1, "refused": 1}


def test_a_word_that_only_the_removed_one_named_is_in_no_dictionary(log: Log) -> None:
    log.append(ask(TEXTS[0], number=1, candidates=("secretname",)))
    log.append(ask(TEXTS[3], number=2))
    remove(log.database, Target(prompt_id=prompt_id(log, TEXTS[0])))
    assert log.database.rows("SELECT word FROM word_units() WHERE word = 'secretname'") == []
    assert broken(log) == set()


def test_a_word_that_a_vocabulary_holds_stays(log: Log) -> None:
    log.append(ask(TEXTS[0], checkpoints=[BERT], candidates=("paris",)))
    log.keep_vocabulary(BERT.tokenizer_sha256, lambda: {"paris": True})
    remove(log.database, Target(run_id=run_id()))
    assert log.database.rows("SELECT word FROM word_units()") == [("paris",)]
    assert broken(log) == set()


def test_a_replay_loses_what_it_compared_with(log: Log) -> None:
    log.append(ask(TEXTS[0], number=1, checkpoints=[BERT]))
    then, now = answer(TEXTS[0], BERT), answer(TEXTS[0], NEW_BERT, seed=1)
    replayed = replace(run(2, {"repeats": run_id(1), "top_k": 5}), kind=RunKind.REPLAY)
    log.append(Comparison(replayed, (AskedAnswer(now, 3.0, reused=False),)), [measure_drift(then, now)])
    going = what_goes(log.database, Target(run_id=run_id(1)))
    assert (going.drifts, going.prompts) == (1, 0)
    assert "1 comparison of a replay" in going.in_words()
    remove(log.database, Target(run_id=run_id(1)))
    assert drifts(log.database, run_id(2)) == ()
    assert history.comparison(log.database, run_id(2)) is not None
    assert broken(log) == set()


@pytest.mark.parametrize(
    "target", [Target(run_id=run_id(9)), Target(run_id="no uuid"), Target(prompt_id=99), Target(run_id="'; DROP TABLE run; --")]
)
def test_what_is_not_there_takes_nothing_along(log: Log, target: Target) -> None:
    log.append(ask())
    before = rows_left(log)
    assert what_goes(log.database, target) == remove(log.database, target) == Going()
    assert Going().in_words() == "Nothing goes: it is not in the log any more."
    assert rows_left(log) == before


def test_removing_twice_is_removing_once(log: Log) -> None:
    log.append(ask())
    remove(log.database, Target(run_id=run_id()))
    assert remove(log.database, Target(run_id=run_id())) == Going()


def test_a_reader_in_between_sees_all_or_nothing(log: Log) -> None:
    log.append(ask(number=1))
    log.append(ask(TEXTS[0], number=2))
    before = history.counts(log.database)

    def read(cursor: Cursor) -> None:
        cursor.begin()
        assert cursor.execute("SELECT count(*) FROM ask").fetchone() == (before.asks,)
        remove(log.database, Target(run_id=run_id(1)))
        assert cursor.execute("SELECT count(*) FROM answer").fetchone() == (before.answers,)
        # While the reader still sees them, the same keys may be written again.
        log.append(ask(number=1))
        cursor.rollback()

    log.database.read(read)
    assert history.counts(log.database) == before


# Random histories


@dataclass(frozen=True)
class Act:
    """What one made-up run asked."""

    prompts: tuple[tuple[int, tuple[int, ...]], ...]
    """Places in `TEXTS`, each with the places in `PEOPLE` of those who were asked."""
    depth: int
    candidates: tuple[str, ...]
    expects: bool
    refused: tuple[str, ...]
    replays: bool
    marks_run: bool
    marks_prompt: bool


PEOPLE = (BERT, DISTILBERT, ALBERT, NEW_BERT)
ACTS = st.builds(
    Act,
    prompts=st.lists(
        st.tuples(st.integers(0, 3), st.lists(st.integers(0, 3), min_size=1, unique=True).map(tuple)), max_size=3
    ).map(tuple),
    depth=st.sampled_from([2, 5]),
    candidates=st.sampled_from([(), ("paris",), ("paris", "unbelievable")]),
    expects=st.booleans(),
    refused=st.lists(st.sampled_from(["no mask", "The sea\u2019s ___."]), max_size=2, unique=True).map(tuple),
    replays=st.booleans(),
    marks_run=st.booleans(),
    marks_prompt=st.booleans(),
)
HISTORIES = st.lists(ACTS.filter(lambda act: act.prompts or act.refused), min_size=1, max_size=4)
REMOVALS = st.lists(st.tuples(st.booleans(), st.integers(0, 3)), max_size=5)


def perform(log: Log, number: int, act: Act) -> None:
    """Write the run and mark it."""
    asked = [
        ask(
            TEXTS[place],
            number=number,
            checkpoints=[PEOPLE[one] for one in by],
            depth=act.depth,
            candidates=act.candidates,
        )
        for place, by in act.prompts
    ]
    answers = [replace(each, row_number=row) for row, one in enumerate(asked) for each in one.answers]
    comparison = Comparison(
        run=replace(run(number, {"top_k": act.depth, "candidates": list(act.candidates)}), kind=RunKind.BATCH),
        answers=tuple(answers),
        agreements=tuple(each for one in asked for each in one.agreements),
        expectations=tuple(Expectation(Prompt(TEXTS[place]), 0, "right") for place, _ in act.prompts if act.expects),
        refused=tuple(Refused(text, "It could not be read.", row) for row, text in enumerate(act.refused)),
        fillings=tuple(dict.fromkeys(each for one in asked for each in one.fillings)),
    )
    distinct = dict.fromkeys(each.answer for each in answers)
    found = [
        measure_drift(then, now)
        for then in distinct
        for now in distinct
        if act.replays and (then.prompt, then.mask_index) == (now.prompt, now.mask_index)
        if (then.checkpoint, now.checkpoint) in ((BERT, NEW_BERT), (ALBERT, ALBERT))
    ]
    log.append(comparison, found)
    if act.marks_run:
        star(log.database, Target(run_id=run_id(number)), "Ada")
        add_note(log.database, Target(run_id=run_id(number)), "Look again.")
    if act.marks_prompt and act.prompts:
        add_tag(log.database, Target(prompt_id=prompt_id(log, TEXTS[act.prompts[0][0]])), "telling")


def runs_in(log: Log) -> dict[str, Comparison]:
    found = {
        row.run_id: history.comparison(log.database, row.run_id) for row in history.recent_runs(log.database, limit=99).rows
    }
    return {run_id: comparison for run_id, comparison in found.items() if comparison is not None}


def settled(comparison: Comparison) -> tuple[object, ...]:
    """The run without its order of checkpoints: that is the order in which they first answered in it, and may change."""
    pairs = {
        each if each.checkpoint_a.identity < each.checkpoint_b.identity else turned(each) for each in comparison.agreements
    }
    return (comparison.run, comparison.answers, pairs, comparison.expectations, comparison.refused, set(comparison.fillings))


def without(comparison: Comparison, text: str) -> Comparison:
    """The run as it should be once the prompt is gone."""
    spelled_so = ("The sea\u2019s ___.",) if text == TEXTS[2] else ()
    return replace(
        comparison,
        answers=tuple(each for each in comparison.answers if each.answer.prompt.text != text),
        agreements=tuple(each for each in comparison.agreements if each.prompt.text != text),
        expectations=tuple(each for each in comparison.expectations if each.prompt.text != text),
        refused=tuple(each for each in comparison.refused if each.text not in spelled_so),
        fillings=tuple(each for each in comparison.fillings if each.prompt.text != text),
    )


@pytest.fixture(scope="module")
def shared_log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Log]:
    """One log for all examples: each leaves it empty, which is a part of what is tested."""
    with Log.open(tmp_path_factory.mktemp("removal") / "log.duckdb") as opened:
        yield opened


# Without shrinking: an example takes a second, and hundreds of them would hide the first.
@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(acts=HISTORIES, removals=REMOVALS)
def test_no_sequence_of_removals_leaves_an_orphan_or_takes_what_others_asked(
    shared_log: Log, acts: Sequence[Act], removals: Sequence[tuple[bool, int]]
) -> None:
    log = shared_log
    for number, act in enumerate(acts):
        perform(log, number, act)
    expected = runs_in(log)
    for of_run, number in removals:
        counted = history.counts(log.database)
        known: dict[str, int] = dict(log.database.rows("SELECT prompt, prompt_id FROM prompts"))
        target = Target(run_id=run_id(number)) if of_run else Target(prompt_id=known.get(TEXTS[number], -1))
        going = what_goes(log.database, target)
        assert remove(log.database, target) == going
        left = history.counts(log.database)
        assert (going.prompts, going.answers, going.asks) == (
            counted.prompts - left.prompts, counted.answers - left.answers, counted.asks - left.asks,
        )  # fmt: skip
        assert (going.runs, going.predictions, going.refused) == (
            counted.runs - left.runs, counted.predictions - left.predictions, counted.refused - left.refused,
        )  # fmt: skip
        if of_run:
            expected.pop(run_id(number), None)
        elif TEXTS[number] in known:
            cut = {key: without(comparison, TEXTS[number]) for key, comparison in expected.items()}
            expected = {key: one for key, one in cut.items() if one.answers or one.refused or one == expected[key]}
    assert broken(log) == set()
    assert {key: settled(one) for key, one in runs_in(log).items()} == {key: settled(one) for key, one in expected.items()}
    for number in range(len(acts)):
        remove(log.database, Target(run_id=run_id(number)))
    assert rows_left(log) == {}


def test_marks_are_refused_on_what_is_gone(log: Log) -> None:
    log.append(ask())
    target = Target(prompt_id=prompt_id(log, ask().prompts[0].text))
    remove(log.database, target)
    for mark in (
        lambda: star(log.database, target, None),
        lambda: add_tag(log.database, target, "late", None),
        lambda: add_note(log.database, Target(run_id=run_id()), "late", None),
        lambda: set_label(log.database, run_id(), "late"),
    ):
        with pytest.raises(NotThere, match="not in the log any more"):
            mark()
    assert marked.annotations(log.database, target) == marked.Annotations()
