"""Stars, tags, notes and labels: each is there once, says by whom, and holds no text that a page could not show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from storage import annotations as marked
from storage import history
from storage.annotations import (
    MAX_LABEL,
    MAX_NOTE,
    MAX_TAG,
    Annotations,
    NotThere,
    Target,
    add_note,
    add_tag,
    annotations_of_runs,
    remove_note,
    remove_tag,
    set_label,
    star,
    unstar,
)
from storage.errors import StorageError
from storage.log import Log
from tests.storage.samples import ask, run, run_id

RUN = Target(run_id=run_id(1))
Write = Callable[[Log, Target, str], object]


def tag(log: Log, target: Target, text: str) -> str:
    return add_tag(log.database, target, text, "Ada")


def note(log: Log, target: Target, text: str) -> str:
    return add_note(log.database, target, text, "Ada")


def label(log: Log, target: Target, text: str) -> None:
    set_label(log.database, target.run_id or "", text)


@pytest.fixture
def marked_log(log: Log) -> Log:
    log.append(ask("Paris is a [MASK].", number=1))
    log.append(ask("Rome is a [MASK].", number=2))
    return log


def test_a_target_is_a_run_or_a_prompt_and_not_both() -> None:
    for neither_nor in ({}, {"run_id": run_id(1), "prompt_id": 1}):
        with pytest.raises(ValueError, match="a run or a prompt"):
            Target(**neither_nor)  # type: ignore[arg-type]


def test_what_people_add_is_read_back_with_who_and_when(marked_log: Log) -> None:
    star(marked_log.database, RUN, "Ada")
    star(marked_log.database, RUN, "Grace")
    tag(marked_log, RUN, "geography")
    note(marked_log, RUN, "First.\n\nSecond.")
    found = marked.annotations(marked_log.database, RUN)
    assert [each.author for each in found.starred_by] == ["Ada", "Grace"]
    assert [(each.text, each.author) for each in found.tags] == [("geography", "Ada")]
    assert [(each.text, each.author) for each in found.notes] == [("First.\n\nSecond.", "Ada")]
    moments = [found.starred_by[0].created_at, found.tags[0].created_at, found.notes[0].created_at]
    assert all(moment.tzinfo is not None for moment in moments)


def test_a_run_and_its_prompt_are_marked_apart(marked_log: Log) -> None:
    prompt = Target(prompt_id=history.prompt_ids_of(marked_log.database, run_id(1))["Paris is a [MASK]."])
    tag(marked_log, RUN, "of the run")
    tag(marked_log, prompt, "of the prompt")
    assert [each.text for each in marked.annotations(marked_log.database, RUN).tags] == ["of the run"]
    assert [each.text for each in marked.annotations(marked_log.database, prompt).tags] == ["of the prompt"]


def test_the_marks_of_many_runs_come_together(marked_log: Log) -> None:
    star(marked_log.database, RUN, None)
    tag(marked_log, Target(run_id=run_id(2)), "second")
    found = annotations_of_runs(marked_log.database, [run_id(2), run_id(1).upper(), run_id(3)])
    assert list(found) == [run_id(2), run_id(1).upper(), run_id(3)]
    assert [each.text for each in found[run_id(2)].tags] == ["second"]
    assert [each.author for each in found[run_id(1).upper()].starred_by] == [None]
    assert found[run_id(3)] == Annotations()
    assert annotations_of_runs(marked_log.database, []) == {}


def test_a_person_has_one_star_and_takes_away_only_that(marked_log: Log) -> None:
    for author in ("Ada", "Ada", None, None, "Grace"):
        star(marked_log.database, RUN, author)
    assert [each.author for each in marked.annotations(marked_log.database, RUN).starred_by] == ["Ada", None, "Grace"]
    unstar(marked_log.database, RUN, "Ada")
    unstar(marked_log.database, RUN, "Ada")
    assert [each.author for each in marked.annotations(marked_log.database, RUN).starred_by] == [None, "Grace"]


def test_the_same_tag_is_there_once_and_goes_once(marked_log: Log) -> None:
    first = tag(marked_log, RUN, "geography")
    assert tag(marked_log, RUN, "  geo\u200bgraphy ") == first
    assert tag(marked_log, Target(run_id=run_id(2)), "geography") != first
    remove_tag(marked_log.database, first)
    remove_tag(marked_log.database, first)
    assert marked.annotations(marked_log.database, RUN).tags == ()


def test_two_equal_notes_are_two_notes(marked_log: Log) -> None:
    first, second = note(marked_log, RUN, "Yes."), note(marked_log, RUN, "Yes.")
    remove_note(marked_log.database, first)
    assert [each.note_id for each in marked.annotations(marked_log.database, RUN).notes] == [second]


def test_a_label_is_given_changed_and_taken_away(marked_log: Log) -> None:
    for given, kept in (("  Capitals  of\tEurope ", "Capitals of Europe"), ("Other", "Other"), (" ", None), (None, None)):
        set_label(marked_log.database, run_id(1), given)
        found = history.comparison(marked_log.database, run_id(1))
        assert found is not None
        assert found.run == replace(run(1), label=kept)


def test_a_filter_and_a_view_find_what_was_added(marked_log: Log) -> None:
    tag(marked_log, RUN, "geography")
    note(marked_log, RUN, "Look.")
    star(marked_log.database, RUN, "Ada")
    rows = marked_log.database.rows("SELECT kind, text, author FROM annotations ORDER BY kind")
    assert rows == [("note", "Look.", "Ada"), ("star", None, "Ada"), ("tag", "geography", "Ada")]


LONG = {"tag": MAX_TAG, "note": MAX_NOTE, "label": MAX_LABEL}
WRITES: tuple[tuple[str, Write], ...] = (("tag", tag), ("note", note), ("label", label))


@pytest.mark.parametrize(("what", "write"), WRITES)
def test_the_longest_is_kept_and_one_more_is_not(marked_log: Log, what: str, write: Write) -> None:
    write(marked_log, RUN, "x" * LONG[what])
    with pytest.raises(StorageError, match=f"at most {LONG[what]:,} are kept"):
        write(marked_log, RUN, "x" * (LONG[what] + 1))


@pytest.mark.parametrize(("what", "write"), WRITES)
@pytest.mark.parametrize("text", ["a\0b", "bell \a", "half \ud83d", "escape \x1b[31m"], ids=["NUL", "bell", "half", "escape"])
def test_what_no_page_can_show_is_refused(marked_log: Log, what: str, write: Write, text: str) -> None:
    with pytest.raises(StorageError, match=rf"The {what} holds .*(Remove it|type that place again)"):
        write(marked_log, RUN, text)
    assert marked.annotations(marked_log.database, RUN) == Annotations()


@pytest.mark.parametrize("write", [tag, note])
def test_nothing_is_no_tag_and_no_note(marked_log: Log, write: Write) -> None:
    for text in ("", "  ", "\u200b\n"):
        with pytest.raises(StorageError, match="is empty"):
            write(marked_log, RUN, text)


@pytest.mark.parametrize("write", [tag, note, label])
@pytest.mark.parametrize("name", [run_id(9), "no uuid", "'; DROP TABLE run; --"])
def test_what_is_not_there_takes_no_marks(marked_log: Log, write: Write, name: str) -> None:
    with pytest.raises(NotThere, match="in the log"):
        write(marked_log, Target(run_id=name), "late")


def test_an_author_is_checked_as_the_rest(marked_log: Log) -> None:
    for author in ("x" * 201, "a\0b"):
        with pytest.raises(StorageError, match="The author"):
            star(marked_log.database, RUN, author)
    star(marked_log.database, RUN, "  ")
    assert [each.author for each in marked.annotations(marked_log.database, RUN).starred_by] == [None]


def test_markup_is_kept_as_it_was_typed(marked_log: Log) -> None:
    text = "<script>alert(1)</script> ![x](http://example.org/x.png)"
    tag(marked_log, RUN, text)
    assert [each.text for each in marked.annotations(marked_log.database, RUN).tags] == [text]
