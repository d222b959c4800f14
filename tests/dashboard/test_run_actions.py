"""What a person does with a run from its own page: every mark is kept and shown as text, nothing goes without two answers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from storage import annotations as marked
from storage import history, removal
from storage import samples as sample
from storage.annotations import Annotations, Target
from storage.records import Comparison, RunKind
from tests.dashboard.conftest import OpenApp, ask, badges, markup, own_log, plain, runs_in_log, sound
from tests.storage import samples

SKY, SEA = "The sky is [MASK].", "The sea is [MASK]."
HOSTILE = "**bold** <b>![a](http://192.0.2.1/b.png)"


def keep(*texts: str, number: int = 0) -> str:
    """One run that asks these texts of the three made-up checkpoints; its id."""
    asked = samples.ask(texts[0], number=number)
    further = tuple(
        replace(each, row_number=row) for row, text in enumerate(texts[1:], start=1) for each in samples.ask(text).answers
    )
    with own_log() as log:
        log.append(Comparison(run=asked.run, answers=(*asked.answers, *further), agreements=asked.agreements))
    return asked.run.run_id


def marks(run_id: str) -> Annotations:
    with own_log() as log:
        return marked.annotations(log.database, Target(run_id=run_id))


def prompt_id(run_id: str, text: str) -> int:
    with own_log() as log:
        return history.prompt_ids_of(log.database, run_id)[text]


def press(app: AppTest, key: str) -> AppTest:
    return sound(app.button(key=key).click().run())


def put_tag(app: AppTest, key: str, text: str) -> AppTest:
    """Type a tag that is not among the offered ones: the testing harness sends nothing but offered ones."""
    box = app.selectbox(key=f"tag_{key}")
    box.options.append(text)
    return sound(box.set_value(text).run())


def write_note(app: AppTest, run_id: str, text: str) -> AppTest:
    app.text_area(key=f"note_{run_id}").set_value(text)
    return press(app, f"keep_note_{run_id}")


def test_a_star_bears_the_name_and_comes_off_again(open_app: OpenApp) -> None:
    run_id = keep(SKY)
    app = open_app("history", run=run_id)
    app.text_input(key="author").set_value("Ada").run()
    app = press(app, f"star_{run_id}")
    assert [star.author for star in marks(run_id).starred_by] == ["Ada"]
    assert "starred by Ada" in plain(app)
    assert app.button(key=f"star_{run_id}").label == "★ Starred"
    app = press(app, f"star_{run_id}")
    assert marks(run_id) == Annotations()
    assert app.button(key=f"star_{run_id}").label == "☆ Star"


def test_the_star_of_another_stays(open_app: OpenApp) -> None:
    run_id = keep(SKY)
    with own_log() as log:
        marked.star(log.database, Target(run_id=run_id), "Ben")
    app = open_app("history", run=run_id)
    app.text_input(key="author").set_value("Ada").run()
    app = press(app, f"star_{run_id}")
    assert "starred by Ben and Ada" in plain(app)
    press(app, f"star_{run_id}")
    assert [star.author for star in marks(run_id).starred_by] == ["Ben"]


def test_a_star_is_put_on_in_the_list(open_app: OpenApp) -> None:
    run_id = keep(SKY)
    app = open_app("history")
    assert app.button(key=f"star_{run_id}").label == "☆"
    assert press(app, f"star_{run_id}").button(key=f"star_{run_id}").label == "★"


def test_a_tag_is_kept_as_it_is_typed_and_taken_off(open_app: OpenApp) -> None:
    run_id = keep(SKY)
    app = open_app("history", run=run_id)
    app = put_tag(app, run_id, HOSTILE)
    (tag,) = marks(run_id).tags
    assert tag.text == HOSTILE
    assert f"#{HOSTILE}" in plain(app)
    assert HOSTILE not in markup(app)
    assert app.selectbox(key=f"tag_{run_id}").value is None, "the box is empty for the next one"
    app = press(app, f"untag_{run_id}_{tag.tag_id}")
    assert marks(run_id).tags == ()
    assert HOSTILE not in plain(app)


def test_tags_of_the_history_are_offered_and_those_on_it_are_not(open_app: OpenApp) -> None:
    run_id, other = keep(SKY), keep(SEA, number=1)
    with own_log() as log:
        for target, text in ((run_id, "here"), (other, "there")):
            marked.add_tag(log.database, Target(run_id=target), text)
    assert open_app("history", run=run_id).selectbox(key=f"tag_{run_id}").options == ["there"]


def test_a_note_is_kept_with_its_lines_and_removed(open_app: OpenApp) -> None:
    run_id = keep(SKY)
    app = write_note(open_app("history", run=run_id), run_id, f"Two\nlines {HOSTILE}")
    assert f"Two\nlines {HOSTILE}" in plain(app)
    assert HOSTILE not in markup(app)
    assert not app.text_area(key=f"note_{run_id}").value
    (note,) = marks(run_id).notes
    press(app, f"remove_note_{run_id}_{note.note_id}")
    assert marks(run_id).notes == ()


def test_older_notes_open_on_demand(open_app: OpenApp) -> None:
    run_id = keep(SKY)
    with own_log() as log:
        for number in range(5):
            marked.add_note(log.database, Target(run_id=run_id), f"Note {number}")
    app = open_app("history", run=run_id)
    assert [each.label for each in app.expander][:1] == ["2 older notes"]
    assert "Note 0" in plain(app)


def test_what_cannot_be_kept_is_said_and_stays_in_the_box(open_app: OpenApp) -> None:
    run_id = keep(SKY)
    text = "It rings \x07 here."
    app = write_note(open_app("history", run=run_id), run_id, text)
    assert "The note was not kept" in badges(app)
    assert "The note " in plain(app)
    assert app.text_area(key=f"note_{run_id}").value == text
    assert marks(run_id).notes == ()
    app = write_note(app, run_id, "shorter")
    assert "The note was not kept" not in badges(app)


def test_a_mark_on_a_run_that_is_gone_is_said(open_app: OpenApp) -> None:
    run_id = keep(SKY)
    app = open_app("history")
    with own_log() as log:
        removal.remove(log.database, Target(run_id=run_id))
    app = press(app, f"star_{run_id}")
    assert "The star was not kept" in badges(app)
    assert "not in the log any more" in plain(app)


def test_a_label_is_given_changed_and_taken_away(open_app: OpenApp) -> None:
    run_id = keep(SKY)
    app = open_app("history", run=run_id)
    for label, said in ((HOSTILE, f"labelled “{HOSTILE}”"), ("second", "labelled “second”"), ("", "Asked 1 Mar 2026")):
        app.text_input(key=f"label_{run_id}").set_value(label)
        app = press(app, f"keep_label_{run_id}")
        assert said in plain(app)
        assert HOSTILE not in markup(app)
    assert "labelled" not in plain(app)


def test_a_prompt_has_marks_of_its_own_in_every_run(open_app: OpenApp) -> None:
    run_id, again = keep(SKY, SEA), keep(SKY, number=1)
    key = f"prompt_{prompt_id(run_id, SKY)}"
    app = open_app("history", run=run_id)
    put_tag(app, key, "weather")
    assert marks(run_id).tags == ()
    assert "#weather" in plain(open_app("history", run=again))
    assert "#weather" not in plain(open_app("history", run=run_id, prompt_of_run=SEA))


def test_nothing_goes_before_it_was_asked_twice(open_app: OpenApp) -> None:
    run_id = keep(SKY)
    app = press(open_app("history", run=run_id), f"delete_{run_id}")
    assert "This deletes 1 run, 1 prompt, and 3 answers with 15 predictions" in plain(app)
    app = press(app, "delete_once")
    assert runs_in_log() == 1
    assert "This cannot be undone" in badges(app)
    app = press(app, "delete_twice")
    assert runs_in_log() == 0
    assert "Gone are 1 run, 1 prompt, and 3 answers with 15 predictions" in plain(app)
    assert "run" not in app.query_params
    assert "Gone are" not in plain(app.run()), "said once"


@pytest.mark.parametrize("presses", [["keep_once"], ["delete_once", "keep_twice"]])
def test_either_question_may_be_answered_with_no(open_app: OpenApp, presses: list[str]) -> None:
    run_id = keep(SKY)
    app = press(open_app("history", run=run_id), f"delete_{run_id}")
    for key in presses:
        app = press(app, key)
    assert runs_in_log() == 1
    assert "delete_once" not in [each.key for each in app.button]
    assert "delete_twice" not in [each.key for each in app.button]


def test_the_question_is_of_this_run_alone(open_app: OpenApp) -> None:
    run_id, other = keep(SKY), keep(SEA, number=1)
    app = press(press(open_app("history", run=run_id), f"delete_{run_id}"), "delete_once")
    app.query_params["run"] = other
    assert "delete_twice" not in [each.key for each in sound(app.run()).button]


def test_one_prompt_of_a_run_goes(open_app: OpenApp) -> None:
    run_id = keep(SKY, SEA)
    app = open_app("history", run=run_id, prompt_of_run=SEA)
    app = press(app, f"delete_prompt_{prompt_id(run_id, SEA)}")
    assert "1 run loses it and stays with its other prompts." in plain(app)
    app = press(press(app, "delete_once"), "delete_twice")
    assert "Gone are 1 prompt" in plain(app)
    assert SEA not in plain(open_app("history", run=run_id))


def test_what_was_deleted_leaves_compare_too(open_app: OpenApp) -> None:
    run_id = keep(SKY)
    app = open_app("compare", run=run_id)
    assert len(app.metric)
    app.switch_page("app_pages/history.py")
    app.query_params["run"] = run_id
    for key in (f"delete_{run_id}", "delete_once", "delete_twice"):
        app = press(sound(app.run()), key)
    app.switch_page("app_pages/compare.py")
    assert not sound(app.run()).metric


def test_the_sample_does_not_come_back(open_app: OpenApp) -> None:
    app = open_app("history", sample=True, run=sample.RUN_ID)
    for key in (f"delete_{sample.RUN_ID}", "delete_once", "delete_twice"):
        app = press(app, key)
    assert "Nothing has been asked yet" in plain(open_app("history", sample=True))


@pytest.mark.usefixtures("minis")
def test_a_replay_shows_that_nothing_drifted_and_shows_it_again(open_app: OpenApp) -> None:
    ask(open_app("compare"), SKY)
    with own_log() as log:
        (first,) = history.recent_runs(log.database).rows
    app = open_app("history", run=first.run_id)
    app.text_input(key="author").set_value("Ada").run()
    press(app, "replay")
    with own_log() as log:
        newest = history.recent_runs(log.database).rows[0]
    assert (newest.kind, newest.author) == (RunKind.REPLAY, "Ada")
    assert app.query_params["run"] in (newest.run_id, [newest.run_id])
    for page in (app, open_app("history", run=newest.run_id)):
        assert "Nothing has drifted: all 3 lists are what was kept, to the last bit." in plain(page)
        assert list(page.dataframe[0].value["max_abs_dlogp"]) == ["0"] * 3
        assert list(page.dataframe[0].value["changed_ranks"]) == ["0 of 5"] * 3
        assert "Asked again" in plain(page)


def test_whatever_is_pressed_as_a_replay_ends_its_page_opens(open_app: OpenApp) -> None:
    ask(open_app("compare"), SKY)
    ask(open_app("compare"), "Another [MASK].")
    with own_log() as log:
        made, first = history.recent_runs(log.database).rows
    app = open_app("history", run=first.run_id)
    # What the browser sends when Stop was pressed after the last answer: the old address, and the wish to stop.
    app.session_state["replay_done"] = (first.run_id, made.run_id)
    app.session_state["replay_stopped"] = first.run_id
    app = sound(app.run())
    assert app.query_params["run"] in (made.run_id, [made.run_id])
    assert "The replay was stopped." not in plain(app)
    assert "Another [MASK]." in plain(app)


def test_weights_that_are_not_here_cannot_be_replayed(open_app: OpenApp) -> None:
    elsewhere = samples.checkpoint("bert-large-cased")
    asked = samples.ask(SKY, checkpoints=(elsewhere,))
    with own_log() as log:
        log.append(asked)
    app = press(open_app("history", run=asked.run.run_id), "replay")
    assert "Not replayed" in badges(app)
    assert "None of the checkpoints of this run is at hand." in plain(app)
    assert "stop_replay" not in [each.key for each in app.button]
    assert runs_in_log() == 1


def test_a_run_without_answers_has_nothing_to_replay(open_app: OpenApp) -> None:
    ask(open_app("compare"), "No mask here.")
    with own_log() as log:
        (refused,) = history.recent_runs(log.database).rows
    assert open_app("history", run=refused.run_id).button(key="replay").disabled
