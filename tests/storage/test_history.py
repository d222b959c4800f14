"""Finding what was asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from storage import history
from storage.annotations import Target, add_note, add_tag, star
from storage.log import Log
from storage.records import AskedAnswer, Comparison, Refused, RunKind
from storage.selection import Selection
from storage.spelling import spell_part
from tests.storage.samples import ALBERT, BERT, TRIO, answer, ask, batch, run, run_id


def test_runs_come_newest_first_and_in_pages(log: Log) -> None:
    for number in (3, 1, 2):
        log.append(ask(f"Prompt {number} is [MASK].", number=number))
    page = history.recent_runs(log.database, search=None, limit=2, offset=0)
    assert [row.first_text for row in page.rows] == ["Prompt 3 is [MASK].", "Prompt 2 is [MASK]."]
    assert (page.n, page.truncated) == (3, True)
    rest = history.recent_runs(log.database, search=None, limit=2, offset=2)
    assert [row.first_text for row in rest.rows] == ["Prompt 1 is [MASK]."]
    assert (rest.n, rest.truncated) == (3, False)
    assert history.recent_runs(log.database, offset=9) == history.RunPage((), 3, truncated=False)


def test_one_run_is_told_as_in_the_list(log: Log) -> None:
    log.append(ask(number=1))
    log.append(batch(["The sky is [MASK].", "The sea is [MASK]."], number=2))
    log.append(Comparison(run=run(3), refused=(Refused("No mask.", "The prompt has no mask."),)))
    for row in history.recent_runs(log.database).rows:
        assert history.run_summary(log.database, row.run_id.upper()) == row
    for named in (run_id(9), "1 OR 1=1"):
        assert history.run_summary(log.database, named) is None


def test_an_answer_in_another_case_stands_beside_the_others(log: Log) -> None:
    text = "The Sky is [MASK]."
    asked = [answer(text, BERT), answer(text, ALBERT), answer(text.lower(), ALBERT), answer(text.lower(), TRIO[1])]
    asked.append(answer("The sea is [MASK].", BERT))
    rows = tuple(AskedAnswer(each, 1.0, reused=False, row_number=row) for row, each in enumerate(asked))
    log.append(Comparison(run=run(), answers=tuple(replace(each, row_number=max(each.row_number, 1)) for each in rows)))
    (line,) = history.recent_runs(log.database).rows
    assert line.first_text == text
    assert [name for name, _ in line.top_words] == [BERT.name, ALBERT.name, TRIO[1].name]
    assert line.top_words[1][1] == asked[1].predictions[0].word, "its answer to the first prompt counts"


def test_an_empty_log_has_an_empty_page(log: Log) -> None:
    assert history.recent_runs(log.database) == history.RunPage((), 0, truncated=False)
    assert history.counts(log.database) == history.Counts(0, 0, 0, 0, 0, 0)
    assert history.latency(log.database) == ()
    assert history.checkpoints(log.database) == ()


def test_a_line_tells_what_a_run_was(log: Log) -> None:
    comparison = ask("[MASK] is the [MASK] of France.", number=4)
    comparison = replace(
        comparison,
        run=replace(comparison.run, label="capitals", author="Ada"),
        refused=(Refused("no mask", "There is no mask.", 1),),
    )
    log.append(comparison)
    (row,) = history.recent_runs(log.database).rows
    assert row == history.RunSummary(
        run_id=comparison.run.run_id,
        kind="ask",
        label="capitals",
        author="Ada",
        started_at=comparison.run.started_at,
        status="complete",
        prompt_count=1,
        answer_count=6,
        refused_count=1,
        first_problem="There is no mask.",
        first_text="[MASK] is the [MASK] of France.",
        checkpoints=tuple(by.name for by in TRIO),
        top_words=tuple((a.answer.checkpoint.name, a.answer.predictions[0].word) for a in comparison.answers[:3]),
    )


def test_the_line_of_a_batch_tells_its_first_row(log: Log) -> None:
    comparison = batch(["Zebra [MASK].", "Ant [MASK].", "Zebra [MASK]."], depth=2, checkpoints=(ALBERT, BERT))
    log.append(comparison)
    (row,) = history.recent_runs(log.database).rows
    assert (row.first_text, row.prompt_count, row.answer_count) == ("Zebra [MASK].", 2, 6)
    assert row.checkpoints == (ALBERT.name, BERT.name)
    assert [name for name, _ in row.top_words] == [ALBERT.name, BERT.name]


def test_a_run_that_only_refused_shows_the_refused_text(log: Log) -> None:
    log.append(Comparison(run=run(), refused=(Refused("second", "no mask", 2), Refused("first", "no mask", 1))))
    (row,) = history.recent_runs(log.database).rows
    assert (row.first_text, row.refused_count, row.checkpoints, row.top_words) == ("first", 2, (), ())


@pytest.fixture
def searchable(log: Log) -> Log:
    log.append(ask("Paris is a [MASK].", number=1))
    log.append(ask("It grew by 50% to a [MASK].", number=2))
    log.append(ask("A snake_case [MASK].", number=3))
    log.append(ask("ÜBER [MASK] \\ 'quoted'", number=4))
    labelled = ask("Nothing [MASK].", number=5)
    log.append(replace(labelled, run=replace(labelled.run, label="Paris trip", author="Grace O'Hara")))
    log.append(Comparison(run=run(6), refused=(Refused("no mask in paris", "no mask"),)))
    return log


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("paris", [6, 5, 1]),
        ("PARIS IS", [1]),
        ("%", [2]),
        ("_", [3]),
        ("50%", [2]),
        ("0_", []),
        ("über", [4]),
        ("\\", [4]),
        ("'quoted'", [4]),
        ("o'hara", [5]),
        ("trip", [5]),
        ("'; DROP TABLE run; --", []),
        ("[MASK]", [5, 4, 3, 2, 1]),
        ("", [6, 5, 4, 3, 2, 1]),
        (None, [6, 5, 4, 3, 2, 1]),
    ],
)
def test_a_search_is_taken_literally_and_in_any_case(searchable: Log, search: str | None, found: list[int]) -> None:
    page = history.recent_runs(searchable.database, search=search, limit=10, offset=0)
    assert [row.run_id for row in page.rows] == [run(number).run_id for number in found]
    assert page.n == len(found)


@pytest.mark.parametrize(
    ("search", "found"),
    [
        # As the text filter spells it, in whatever was searched: prompts, refused texts, labels, authors.
        ("The \u201csea\u201d", [1]),
        ('the  "SEA"', [1]),
        ("___ isn\u2019t", [1]),
        ("<mask> isn't", [1]),
        ("isn't a blank \u2013 here", [2]),
        ("isn\u2019t a blank - here", [2]),
        ("Grace\u2019s", [3]),
        ("caf\u00e9", [3]),
        ("cafe\u0301 ", [3]),
        (" \u200b ", [3, 2, 1]),
    ],
)
def test_a_search_finds_every_spelling_of_the_same(log: Log, search: str, found: list[int]) -> None:
    log.append(ask('The "sea" [MASK] isn\'t [MASK].', number=1))
    log.append(Comparison(run=run(2), refused=(Refused("This isn\u2019t a blank \u2014 here.", "no mask"),)))
    labelled = replace(run(3), label="Grace\u2019s  caf\u00e9")
    log.append(replace(ask("Nothing [MASK].", number=3), run=labelled))
    assert [row.run_id for row in history.recent_runs(log.database, search=search).rows] == [run_id(n) for n in found]


def test_a_filter_finds_refused_texts_under_every_spelling(log: Log) -> None:
    log.append(Comparison(run=run(2), refused=(Refused("This isn\u2019t a  blank.", "no mask"),)))
    assert history.recent_runs(log.database, selection=Selection(text="ISN'T a blank")).n == 1


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("art", [1]),
        ("ART IS", [1]),
        ("par", []),
        ("party", [2]),
        ("snake", []),
        ("snake_case", [2]),
        ("50%", [2]),
        ("50", [2]),
        ("[MASK]", [2, 1]),
        ("[mask].", [2, 1]),
        ("über", [1]),
        ("ber", []),
        ("o'hara", [2]),
        ("'; DROP TABLE run; --", []),
        (".", [2, 1]),
        ("a.t", []),
        ("", [2, 1]),
        ("trip", [2]),
        ("a tri", []),
    ],
)
def test_whole_words_begin_and_end_where_words_do(log: Log, search: str, found: list[int]) -> None:
    log.append(ask("Art is long, über [MASK].", number=1))
    labelled = ask("A snake_case party of 50% [MASK].", number=2)
    log.append(replace(labelled, run=replace(labelled.run, label="A trip", author="Grace O'Hara")))
    page = history.recent_runs(log.database, search=search, whole_words=True)
    assert [row.run_id for row in page.rows] == [run_id(number) for number in found]


def test_tags_and_notes_are_found_and_stars_filter(log: Log) -> None:
    for number in (1, 2, 3):
        log.append(ask(f"Prompt {number} is [MASK].", number=number))
    prompts = history.prompt_ids_of(log.database, run_id(2))
    assert list(prompts) == ["Prompt 2 is [MASK]."]
    on_run, on_prompt = Target(run_id=run_id(1)), Target(prompt_id=prompts["Prompt 2 is [MASK]."])
    add_tag(log.database, on_run, "for the paper", "Ada")
    add_note(log.database, on_prompt, "Look at\nthe second word.", "Ada")
    star(log.database, on_run, "Ada")
    star(log.database, on_prompt, "Grace")

    def found(search: str | None = None, *, whole_words: bool = False, starred: bool = False) -> list[str]:
        page = history.recent_runs(log.database, search=search, whole_words=whole_words, starred=starred)
        assert page.n == len(page.rows)
        return [row.run_id for row in page.rows]

    assert found("THE PAPER") == [run_id(1)]
    assert found("at the second") == [run_id(2)]
    assert found("pape", whole_words=True) == []
    assert found(starred=True) == [run_id(2), run_id(1)]
    assert found("paper", starred=True) == [run_id(1)]
    assert found("Prompt 3", starred=True) == []


def test_the_prompts_of_a_run_come_in_the_order_of_asking(log: Log) -> None:
    log.append(batch(["Zebra [MASK].", "Ant [MASK].", "Zebra [MASK]."]))
    assert list(history.prompt_ids_of(log.database, run_id())) == ["Zebra [MASK].", "Ant [MASK]."]
    assert history.prompt_ids_of(log.database, "no uuid") == history.prompt_ids_of(log.database, run_id(9)) == {}


FOLDED = ("___", "_", "[mask]", "<MASK>", "\u2019", "\u201c", "\u2014", "\u2026", "\u200b", "\u00a0", " ", "e\u0301")
PIECES = st.one_of(st.characters(exclude_categories=["Cs", "Cn"]), st.sampled_from(FOLDED))


@given(st.lists(PIECES, max_size=30).map("".join))
@example("before\0e\u0301")
def test_sql_spells_as_prompts_are_spelled(spelling_log: Log, text: str) -> None:
    ((spelled,),) = spelling_log.database.rows("SELECT spelled($text)", {"text": text})
    assert spelled == spell_part(text)


@pytest.fixture(scope="module")
def spelling_log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Log]:
    with Log.open(tmp_path_factory.mktemp("spelling") / "log.duckdb") as opened:
        yield opened


def test_a_run_that_is_not_there_is_none(log: Log) -> None:
    assert history.comparison(log.database, run(99).run_id) is None
    assert history.comparison(log.database, "no uuid") is None
    assert history.comparison(log.database, "'; DROP TABLE run; --") is None


def test_a_run_is_found_under_any_spelling_of_its_name(log: Log) -> None:
    comparison = ask()
    log.append(comparison)
    assert history.comparison(log.database, comparison.run.run_id.upper()) == comparison


def test_latency_counts_fresh_answers_only(log: Log) -> None:
    for number, (milliseconds, reused) in enumerate([(10.0, False), (30.0, False), (0.1, True)]):
        first = ask(number=number, checkpoints=[BERT])
        told = replace(first.answers[0], latency_ms=milliseconds, reused=reused)
        log.append(replace(first, answers=(told,)))
    assert history.latency(log.database) == (history.Latency(BERT, 20.0, 2),)


def test_latency_counts_a_prompt_once_and_not_where_words_were_scored(log: Log) -> None:
    log.append(ask("[MASK] is the capital of [MASK].", checkpoints=[BERT]))
    assert [(each.n, each.median_ms) for each in history.latency(log.database)] == [(1, 12.5)]
    log.append(ask("Paris is [MASK].", number=1, checkpoints=[BERT], candidates=("big",)))
    assert [each.n for each in history.latency(log.database)] == [1]


def test_checkpoints_tell_how_much_they_answered(log: Log) -> None:
    log.append(ask("One [MASK].", number=1))
    log.append(ask("Two [MASK].", number=2, checkpoints=[BERT]))
    used = history.checkpoints(log.database)
    assert [(use.checkpoint, use.answer_count) for use in used] == [(by, 2 if by is BERT else 1) for by in TRIO]
    assert all(use.first_used_at.tzinfo is not None for use in used)


def test_counts_count(log: Log) -> None:
    log.append(ask("One [MASK].", number=1))
    assert answer("One [MASK].", BERT).depth == 5
    assert history.counts(log.database) == history.Counts(prompts=1, answers=3, asks=3, runs=1, predictions=15, refused=0)


def test_a_selection_leaves_runs_without_a_passing_ask_out(log: Log) -> None:
    log.append(ask("The sky is [MASK].", number=0))
    log.append(replace(ask("The sea is [MASK].", number=1), run=replace(run(1), label="first look")))
    texts = [row.first_text for row in history.recent_runs(log.database, selection=Selection(label="first look")).rows]
    assert texts == ["The sea is [MASK]."]
    assert history.recent_runs(log.database, selection=Selection(text="SKY")).n == 1
    assert history.recent_runs(log.database, search="sky", selection=Selection(label="first look")).n == 0
    assert history.recent_runs(log.database, selection=Selection()).n == 2


def test_a_run_that_was_refused_whole_is_found_by_its_filters(log: Log) -> None:
    refused = Comparison(
        run=replace(run(2), kind=RunKind.IMPORT, label="broken"), refused=(Refused("The sky is blue.", "There is no mask.", 1),)
    )
    log.append(refused)
    log.append(ask("The sea is [MASK].", number=3))
    day = refused.run.started_at.date()
    for selection in (
        Selection(label="broken"),
        Selection(text="SKY"),
        Selection(kinds=("import",)),
        Selection(since=day, until=day, label="broken"),
    ):
        assert [row.run_id for row in history.recent_runs(log.database, selection=selection).rows] == [refused.run.run_id]
    for selection in (Selection(label="whole"), Selection(text="blue sea"), Selection(until=day - timedelta(days=1))):
        assert history.recent_runs(log.database, selection=selection).n == 0
    # A refused prompt was asked of no checkpoint.
    assert history.recent_runs(log.database, selection=Selection(checkpoints=("bert-mini",))).n == 1
