"""The page of the batches before anything runs: what is brought is looked at, mapped, and lost by no mistake."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from storage.batch_list import batches
from storage.log import Log
from tests.dashboard.conftest import OpenApp, badges, markup, plain, sound
from tests.dashboard.kept_batches import begun_batch, complete_batch, sentences

CSV = """prompt,expected,tag
The sky is [MASK].,blue,sky
no blank,,
The sea is [MASK].,blue|deep,sea
ragged
The sky is [MASK].,,
"""
PAIRS = '{"sub_label": "Ada", "obj_label": "London"}\n{"sub_label": "Emmy", "obj_label": "Erlangen"}\n'
PATTERNS = '{"pattern": "[X] was born in [Y]."}\n{"pattern": "[X] comes from [Y]."}\n'
NEG = "context_aff,context_neg,target_aff,target_neg\nA robin is (a|an),A robin is not (a|an),bird,tree\n"
HOSTILE = "**bold**<script>_x_</script>"


def upload(app: AppTest, text: str | bytes, name: str = "people.csv", place: int = 0) -> AppTest:
    content = text if isinstance(text, bytes) else text.encode()
    return sound(app.file_uploader[place].set_value((name, content, "text/csv")).run())


def rows(app: AppTest, alt: str) -> list[dict[str, Any]]:
    """The table whose description holds this."""
    found = next(each for each in app.dataframe if alt in each.proto.alt)
    return found.value.to_dict("records")  # type: ignore[no-any-return]


def asked(app: AppTest) -> str:
    """What stands on the button that begins."""
    return str(app.button(key="begin_batch").label)


def in_log() -> int:
    with Log.open() as log:
        return batches(log.database).n


def test_everything_wrong_with_a_file_is_said_before_anything_runs(open_app: OpenApp) -> None:
    app = upload(open_app("batch"), CSV)
    assert "3 prompts, 2 of them distinct, one blank each, 2 with an expected word, 2 tagged." in plain(app)
    assert "Tags: sky (1), sea (1)" in plain(app)
    assert "2 lines cannot be asked" in badges(app)
    assert [(each["line"], each["text"]) for each in rows(app, "cannot be asked")] == [(3, "no blank"), (5, "ragged")]
    assert [each["prompt"] for each in rows(app, "as they will be asked")] == [
        "The sky is [MASK].", "The sea is [MASK].", "The sky is [MASK].",
    ]  # fmt: skip
    assert asked(app) == "Ask 3 prompts"
    assert app.text_input(key="batch_label").value == "people.csv"
    assert in_log() == 0


def test_columns_of_other_names_are_chosen(open_app: OpenApp) -> None:
    app = upload(open_app("batch"), "satz,wort\nThe sky is [MASK].,blue\n")
    assert "Which column?" in badges(app)
    boxes = {each.label: each for each in app.selectbox}
    assert boxes["Prompt"].options == ["satz", "wort"]
    sound(boxes["Prompt"].set_value("satz").run())
    assert asked(app) == "Ask 1 prompt"
    sound(next(each for each in app.selectbox if each.label == "Expected").set_value("wort").run())
    assert "1 with an expected word" in plain(app)


def test_the_guess_is_filled_in_and_can_be_corrected(open_app: OpenApp) -> None:
    app = upload(open_app("batch"), "sentence,gold,group\nThe sky is [MASK].,blue,a\n")
    assert {each.label: each.value for each in app.selectbox} == {
        "Read as": "csv", "Prompt": "sentence", "Expected": "gold", "Candidates": None, "Tag": "group",
    }  # fmt: skip
    sound(next(each for each in app.selectbox if each.label == "Tag").set_value(None).run())
    assert "tagged" not in plain(app)


def test_a_file_with_the_wrong_ending_is_read_otherwise(open_app: OpenApp) -> None:
    app = upload(open_app("batch"), "prompt,tag\nThe sky is [MASK].,a\n", "people.txt")
    assert "The first line reads like the names of columns" in plain(app)
    sound(next(each for each in app.selectbox if each.label == "Read as").set_value("csv").run())
    assert asked(app) == "Ask 1 prompt"
    assert "1 tagged" in plain(app)


def test_a_published_set_is_named_with_its_source(open_app: OpenApp) -> None:
    app = upload(open_app("batch"), NEG)
    assert "NEG-136 (Ettinger 2020): each row becomes prompts by the rules of the set." in plain(app)
    assert asked(app) == "Ask 2 prompts"
    sound(next(each for each in app.toggle if each.label == "Choose the columns").set_value(True).run())
    sound(next(each for each in app.selectbox if each.label == "Prompt").set_value("context_aff").run())
    assert "The prompt has no mask." in rows(app, "cannot be asked")[0]["problem"]


def test_the_other_half_is_asked_for(open_app: OpenApp) -> None:
    app = upload(open_app("batch"), PAIRS, "P19.jsonl")
    assert "One half of two" in badges(app)
    assert "begin_batch" not in [each.key for each in app.button]
    app = upload(app, PATTERNS, "P19-graph.jsonl", place=1)
    assert "ParaRel (Elazar et al. 2021): 2 patterns, each filled by every row." in plain(app)
    assert asked(app) == "Ask 4 prompts"


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "people.csv", "is empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(99), "people.csv", "is a picture"),
        (b"\x1f\x8b" + bytes(99), "people.csv", "is compressed (gzip)"),
        ("prompt\nThe sky is [MASK].\n".encode("utf-16"), "people.csv", "is in UTF-16"),
        (b"prompt\n\n \n", "people.csv", "No prompt stands in the file."),
    ],
)
def test_what_is_no_list_of_prompts_is_said(open_app: OpenApp, content: bytes, name: str, said: str) -> None:
    app = upload(open_app("batch"), content, name)
    assert said in plain(app)
    assert "begin_batch" not in [each.key for each in app.button if not each.disabled]
    assert in_log() == 0


def test_pasted_lines_and_the_example(open_app: OpenApp) -> None:
    app = open_app("batch")
    sound(app.button(key="batch_first_example").click().run())
    assert app.segmented_control(key="way").value == "Pasted lines"
    assert asked(app) == "Ask 6 prompts"
    assert app.text_input(key="batch_label").value == ""
    sound(app.text_area(key="batch_pasted").set_value("The sky is [MASK].\nno blank\n").run())
    assert asked(app) == "Ask 1 prompt"
    sound(app.text_area(key="batch_pasted").set_value("x" * 1_000_001).run())
    assert "Too much to paste" in badges(app)


def test_templates_show_their_product_before_it_runs(open_app: OpenApp) -> None:
    app = open_app("batch", way="Templates")
    assert asked(app) == "Ask 2 prompts"
    sound(app.text_area(key="batch_templates").set_value("The {group} of {town} is a [MASK].").run())
    assert "The slot {town} has no words." in plain(app)
    sound(app.text_area(key="words_town").set_value("Rome, Oslo, Lima").run())
    assert asked(app) == "Ask 6 prompts"
    first = rows(app, "as they will be asked")[0]
    assert (first["prompt"], first["tag"]) == ("The man of Rome is a [MASK].", "group=man, town=Rome")
    sound(app.multiselect[0].set_value(["town"]).run())
    assert rows(app, "as they will be asked")[0]["tag"] == "town=Rome"
    sound(app.text_area(key="batch_templates").set_value("The {group is a [MASK].").run())
    assert "A brace has no partner" in plain(app)


def test_names_of_a_person_are_shown_as_text(open_app: OpenApp) -> None:
    """Of files, columns, slots and tags."""
    app = upload(open_app("batch"), f"prompt,{HOSTILE},tag\nThe sky is [MASK].,x,{HOSTILE}\nno {HOSTILE},,\n", f"{HOSTILE}.csv")
    assert f"Tags: {HOSTILE} (1)" in plain(app)
    assert HOSTILE not in markup(app)
    sound(app.segmented_control(key="way").set_value("Templates").run())
    sound(app.text_area(key="batch_templates").set_value("The {_x_} is a [MASK].").run())
    assert "Words for {_x_}" in plain(app)
    assert "_x_" not in markup(app)


def test_what_was_brought_stays_where_it_cannot_begin(open_app: OpenApp) -> None:
    app = upload(open_app("batch"), CSV)
    app.text_input(key="batch_top_k").set_value("many")
    sound(app.button(key="begin_batch").click().run())
    assert "Not begun" in badges(app)
    app.text_input(key="batch_top_k").set_value("5")
    app.multiselect(key="batch_checkpoints").set_value([])
    sound(app.button(key="begin_batch").click().run())
    assert "No checkpoint is chosen. Choose at least one.\nWhat you brought is still here." in plain(app)
    assert asked(app) == "Ask 3 prompts"
    assert in_log() == 0


def test_what_was_brought_stays_while_a_person_looks_elsewhere(open_app: OpenApp) -> None:
    app = upload(open_app("batch"), CSV)
    app.text_input(key="batch_label").set_value("trial").run()
    sound(app.switch_page("app_pages/history.py").run())
    sound(app.switch_page("app_pages/batch.py").run())
    assert asked(app) == "Ask 3 prompts"
    assert "people.csv, 120 bytes" in plain(app)
    assert app.text_input(key="batch_label").value == "trial"
    sound(app.button(key="batch_file_away").click().run())
    assert "begin_batch" not in [each.key for each in app.button]


def test_batches_are_listed_those_on_their_way_first(open_app: OpenApp) -> None:
    complete_batch(sentences(3), number=5, label=HOSTILE)
    begun_batch(sentences(4), number=2)
    app = open_app("batch")
    texts = [str(each.value) for each in app.text]
    assert [each for each in texts if each in (HOSTILE, "people.csv")] == ["people.csv", HOSTILE]
    assert "0 of 4 prompts" in plain(app)
    assert "3 prompts" in plain(app)
    assert HOSTILE not in markup(app)


def test_the_limit_of_an_upload_is_said_with_the_way_for_larger_files(open_app: OpenApp) -> None:
    said = " ".join(str(each.value) for each in open_app("batch").caption)
    assert "at most 5 MB" in said
    assert "`python -m pipelines batch FILE`" in said
