"""A batch on its way and at its end, on its own page and in the history: never read whole, stopped before it is deleted."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import from_log, resources
from dashboard.batches import BatchState
from dashboard.components.batch import summary
from pipelines.shelf import Shelf
from storage import history
from storage.comparison import run_record
from storage.log import Log
from storage.records import Refused, RunKind, RunStatus
from tests.dashboard.conftest import OpenApp, badges, markup, plain, runs_in_log, sound
from tests.dashboard.kept_batches import begun_batch, complete_batch, run_of, sentences

HOSTILE = "**bold**<script>x</script>"
NEVER = "01a22705-117d-716e-98c3-403efd3b4363"


@pytest.fixture(autouse=True)
def batches_of_this_test() -> Iterator[None]:
    """Each test has a queue of its own, which has ended before the log is closed."""
    yield
    resources.batches.clear()


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """No checkpoint is identified before the event is set: a batch that began waits for it, as for a slow disk."""
    event = threading.Event()
    identify = Shelf.identify

    def waiting(shelf: Shelf, name: str) -> object:
        if threading.current_thread().name == "batches":
            event.wait(60)
        return identify(shelf, name)

    monkeypatch.setattr(Shelf, "identify", waiting)
    yield event
    event.set()


def tables(app: AppTest) -> dict[str, list[dict[str, object]]]:
    """Every table by its description."""
    return {each.proto.alt: each.value.to_dict("records") for each in app.dataframe}


def links(app: AppTest) -> list[tuple[str, str]]:
    return [(each.proto.label, each.proto.query_string) for each in app.get("page_link")]


def ids(run_id: str) -> dict[str, int]:
    with Log.open() as log:
        return history.prompt_ids_of(log.database, run_id)


@pytest.mark.usefixtures("minis")
def test_a_file_is_asked_watched_and_summarised(open_app: OpenApp) -> None:
    app = open_app("batch")
    lines = "".join(f"The man in town {n} was a [MASK].,man,group\n" for n in range(20))
    sound(app.file_uploader[0].set_value(("people.csv", f"prompt,expected,tag\n{lines}no blank,,\n".encode(), "")).run())
    sound(app.button(key="begin_batch").click().run())
    run_id = str(app.query_params["run"])
    assert "of 20 prompts" in plain(app)
    assert resources.batches().wait(run_id, 120)
    sound(app.run())
    assert "Complete" in badges(app)
    assert "20 of 20 prompts. Every prompt was asked." in plain(app)
    assert {each.label: each.value for each in app.metric} == {
        "Answers": "60", "Without a model": "0 %", "Expected known": "20", "Refused": "1", "Left": "0",
    }  # fmt: skip
    found = tables(app)
    assert [row["n"] for row in found["Accuracy of each checkpoint in this batch with 95 % intervals"]] == [20, 20, 20]
    assert len(found["How alike each pair of checkpoints is in this batch, with 95 % intervals"]) == 3
    assert [row["tag"] for row in found["Prompts, agreement and accuracy for each tag of this batch"]] == ["group"]
    assert "Is it real?" in [each.value for each in app.subheader]
    assert run_of(run_id).label == "people.csv"
    # What has begun is not in the boxes any more.
    sound(app.button(key="all_batches").click().run())
    assert "begin_batch" not in [each.key for each in app.button]
    assert "run" not in app.query_params
    # Asked again, it needs no model.
    sound(app.file_uploader[0].set_value(("again.csv", f"prompt,expected\n{lines.replace(',group', '')}".encode(), "")).run())
    sound(app.button(key="begin_batch").click().run())
    again = str(app.query_params["run"])
    assert resources.batches().wait(again, 60)
    sound(app.run())
    assert {each.label: each.value for each in app.metric}["Without a model"] == "100.0 %"


def test_what_is_on_its_way_can_be_stopped_and_what_waits_says_so(open_app: OpenApp, held: threading.Event) -> None:
    first, second = begun_batch(sentences(3), number=1), begun_batch(sentences(4), number=2)
    for run_id in (first, second):
        resources.batches().start(run_id)
    app = open_app("batch", run=second)
    assert "Waiting" in badges(app)
    assert "It waits behind another batch, and begins by itself." in plain(app)
    app = open_app("batch", run=first)
    assert "Running" in badges(app)
    assert "0 of 3 prompts" in plain(app)
    assert app.button(key="tell").disabled, "nothing is done that could be summarised"
    sound(app.button(key="cancel_batch").click().run())
    assert "Stopping" in badges(app)
    assert app.button(key="cancel_batch").disabled
    app = open_app("batch", run=second)
    sound(app.button(key="cancel_batch").click().run())
    assert run_of(second).status is RunStatus.CANCELLED
    held.set()
    assert resources.batches().wait(first, 60)


def test_what_was_stopped_says_what_is_left_and_resumes(open_app: OpenApp, held: threading.Event) -> None:
    run_id = begun_batch(sentences(3), status=RunStatus.CANCELLED)
    app = open_app("batch", run=run_id)
    assert "Stopped" in badges(app)
    assert "0 of 3 prompts. It was stopped. What is done is kept; 3 prompts are left." in plain(app)
    sound(app.button(key="resume_batch").click().run())
    assert resources.batches().state(run_id) is BatchState.RUNNING
    assert "Running" in badges(app)
    held.set()
    assert resources.batches().wait(run_id, 60)
    sound(app.run())
    assert "bert-mini stands for other weights now than when this batch was begun." in plain(app)


def test_what_a_restart_interrupted_says_so(open_app: OpenApp) -> None:
    app = open_app("batch", run=begun_batch(sentences(3)))
    assert "Interrupted" in badges(app)
    assert "goes on by itself" in plain(app)
    assert {"resume_batch", "cancel_batch"} <= {str(each.key) for each in app.button}


@pytest.mark.parametrize(("named", "said"), [("1 OR 1=1", "a form that no run has"), (NEVER, "holds no run of that id")])
def test_a_link_to_nothing_is_said(open_app: OpenApp, named: str, said: str) -> None:
    assert said in plain(open_app("batch", run=named))


def test_a_link_to_another_run_leads_to_the_history(open_app: OpenApp) -> None:
    run_id = complete_batch(sentences(1), kind=RunKind.ASK)
    app = open_app("batch", run=run_id)
    assert "This run is no batch" in plain(app)
    assert ("Open it", f"run={run_id}") in links(app)


def test_a_summary_leads_into_every_view(open_app: OpenApp) -> None:
    refused = [Refused(f"{HOSTILE} {n}", f"why {n}", n + 100) for n in range(10)]
    run_id = complete_batch(
        sentences(16), label=HOSTILE, expected="right", tags={HOSTILE: sentences(16), "few": sentences(2)}, refused=refused
    )
    app = open_app("batch", run=run_id)
    assert "16 of 16 prompts. Every prompt was asked." in plain(app)
    for title in ("Distributions", "Vocabulary", "Diversity", "Disagreements", "Accuracy", "History"):
        assert (title, f"in_run={run_id}") in links(app), title
    found = tables(app)
    accuracy = found["Accuracy of each checkpoint in this batch with 95 % intervals"]
    assert [row["acc_at_1"] for row in accuracy] == ["100 % (81 to 100 %)", "0 % (0 to 19 %)"]
    by_tag = found["Prompts, agreement and accuracy for each tag of this batch"]
    assert [(row["tag"], row["n"]) for row in by_tag] == [(HOSTILE, 16), ("few", 2)]
    assert any("1 tag has under 15 prompts: too few to tell." in str(each.value) for each in app.caption)
    assert "16 prompts: bert-mini minus albert-mini is +1 accuracy at 1" in plain(app)
    assert "1.  Town 0 is [MASK]." in plain(app)
    assert ("Open", f"run={run_id}&asked={ids(run_id)[sentences(1)[0]]}") in links(app)
    lines = found["8 lines that cannot be asked, with the reasons"]
    assert [row["line"] for row in lines] == list(range(100, 108))
    assert "script" not in markup(app)
    app = open_app("batch", run=run_id, refused_page="2")
    assert [row["line"] for row in tables(app)["2 lines that cannot be asked, with the reasons"]] == [108, 109]


def test_a_large_batch_is_summarised_when_somebody_asks(open_app: OpenApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(summary, "MOST_UNASKED", 2)
    run_id = complete_batch(sentences(3), expected="right")
    app = open_app("batch", run=run_id)
    assert "Over 3 prompts this may take some minutes." in [each.value for each in app.caption]
    assert ("Accuracy", f"in_run={run_id}") in links(app), "the ways on need no summary"
    assert not app.subheader
    sound(app.button(key="tell").click().run())
    assert "Are they right?" in [each.value for each in app.subheader]
    # What was told stays until it is brought up to date.
    complete_batch(sentences(1, "Tree"), number=2)
    sound(app.run())
    assert "Are they right?" in [each.value for each in app.subheader]
    sound(app.button(key="tell_anew").click().run())
    assert "tell_anew" not in [each.key for each in app.button]


def test_a_batch_in_the_history_is_shown_a_page_at_a_time(open_app: OpenApp, monkeypatch: pytest.MonkeyPatch) -> None:
    run_id = complete_batch(sentences(230), expected="right", tags={"few": sentences(2)})
    whole: list[str] = []
    real = from_log.comparison

    def watched(log: Log, named: str, prompts: object = None) -> object:
        if prompts is None:
            whole.append(named)
        return real(log, named, prompts)  # type: ignore[arg-type]

    monkeypatch.setattr(from_log, "comparison", watched)
    app = open_app("history", run=run_id)
    assert "What came of it" in [each.value for each in app.subheader]
    keys = {str(each.key) for each in app.button}
    assert {f"star_{run_id}", f"delete_{run_id}", "compare_with"} <= keys
    assert "replay" not in keys
    assert any("at most 200 prompts" in str(each.value) for each in app.caption)
    app = open_app("history", run=run_id, part="Prompts")
    assert "1 to 12 of 230 prompts" in [each.value for each in app.caption]
    assert "bert-mini: right ✓\nalbert-mini: left\nexpected: right" in plain(app)
    sound(app.text_input(key="prompt_holds").set_value("Town 22").run())
    assert "11 prompts" in [each.value for each in app.caption]
    sound(app.text_input(key="prompt_holds").set_value("").run())
    sound(app.selectbox(key="prompt_tag").set_value("few").run())
    assert "2 prompts" in [each.value for each in app.caption]
    assert whole == []


def test_one_prompt_of_a_batch_opens_as_on_compare(open_app: OpenApp) -> None:
    run_id = complete_batch(sentences(3), expected="right")
    key = str(ids(run_id)["Town 1 is [MASK]."])
    app = open_app("history", run=run_id, asked=key)
    assert next(str(each.value) for each in app.code) == "Town 1 is [MASK]."
    assert "Each says another word first: “right”, “left”" in plain(app)
    assert ("Take to Compare", f"run={run_id}&asked={key}") in links(app)
    sound(app.button(key="whole_run").click().run())
    assert "3 prompts" in [each.value for each in app.caption]
    assert "cannot be shown" in badges(open_app("history", run=run_id, asked="999999"))


def test_one_prompt_of_a_batch_is_taken_to_compare(open_app: OpenApp) -> None:
    run_id = complete_batch(sentences(230), expected="right")
    app = open_app("compare", run=run_id)
    assert "It asked 230 prompts; at most 200 are shown here." in plain(app)
    app = open_app("compare", run=run_id, asked=str(ids(run_id)["Town 7 is [MASK]."]))
    assert app.text_area(key="prompt").value == "Town 7 is [MASK]."
    assert app.text_input(key="expected").value == "right"
    assert "Each says another word first" in plain(app)


def test_a_large_run_of_another_kind_is_read_a_page_at_a_time_too(open_app: OpenApp) -> None:
    app = open_app("history", run=complete_batch(sentences(201), kind=RunKind.IMPORT))
    assert "1 to 12 of 201 prompts" in [each.value for each in app.caption]
    assert "What came of it" not in [each.value for each in app.subheader]


def test_a_prompt_of_a_batch_is_deleted_and_the_batch_stays(open_app: OpenApp) -> None:
    run_id = complete_batch(sentences(3))
    key = ids(run_id)["Town 1 is [MASK]."]
    app = open_app("history", run=run_id, asked=str(key))
    for button in (f"delete_prompt_{key}", "delete_once", "delete_twice"):
        sound(app.button(key=button).click().run())
    assert "Gone are 1 prompt" in plain(app)
    assert len(ids(run_id)) == 2
    assert app.query_params["run"] == run_id


def test_a_batch_on_its_way_is_stopped_before_it_is_deleted(open_app: OpenApp, held: threading.Event) -> None:
    run_id = begun_batch(sentences(3))
    resources.batches().start(run_id)
    app = open_app("history", run=run_id)
    sound(app.button(key=f"delete_{run_id}").click().run())
    assert "3 prompts not asked yet" in plain(app)
    sound(app.button(key="delete_once").click().run())
    held.set()
    sound(app.button(key="delete_twice").click().run())
    assert resources.batches().state(run_id) is None
    with Log.open() as log:
        assert run_record(log.database, run_id) is None
    assert runs_in_log() == 0


def test_the_list_of_the_history_counts_what_a_batch_refused(open_app: OpenApp) -> None:
    complete_batch(sentences(3), refused=[Refused("no blank", "There is no mask.", 9)])
    app = open_app("history")
    assert "bert-mini: right\nalbert-mini: left" in plain(app)
    assert "1 line refused" in [each.value for each in app.caption]
    assert "not asked" not in badges(app)


@pytest.mark.usefixtures("minis")
def test_pasted_lines_begin_and_leave_their_box(open_app: OpenApp, held: threading.Event) -> None:
    app = open_app("batch")
    sound(app.button(key="batch_first_example").click().run())
    sound(app.button(key="begin_batch").click().run())
    run_id = str(app.query_params["run"])
    assert "0 of 6 prompts" in plain(app)
    assert run_of(run_id).options["source"] == "pasted lines"
    resources.batches().cancel(run_id)
    held.set()
    assert resources.batches().wait(run_id, 60)
    sound(app.button(key="all_batches").click().run())
    assert "begin_batch" not in [each.key for each in app.button]
