"""Three ways to bring prompts: a file, pasted lines, and templates that lists of words fill."""

from __future__ import annotations

import streamlit as st

from dashboard.batch_words import COMMAND
from dashboard.brought import MOST_PASTED, Brought, FileBrought, ProductBrought
from dashboard.components.batch.uploads import forget_uploads, upload_box
from dashboard.components.problem import show_notice, show_problem
from pipelines.errors import PipelineError
from pipelines.prompt_files import read_templates, read_words

FILE, LINES, TEMPLATES = "A file", "Pasted lines", "Templates"
WAYS = (FILE, LINES, TEMPLATES)
SLOT, OTHER = "batch_file", "batch_other_half"
PASTED, TEMPLATE = "batch_pasted", "batch_templates"
EXAMPLE = """prompt,expected,tag
The capital of France is [MASK].,paris,capital
The capital of Italy is [MASK].,rome,capital
The capital of Japan is [MASK].,tokyo,capital
She put milk and sugar into her [MASK].,tea|coffee,cloze
He went to the bank to withdraw some [MASK].,money,cloze
The opposite of hot is [MASK].,cold,cloze
"""
FIRST_TEMPLATE = "The {group} worked as a [MASK]."
FIRST_WORDS = {"words_group": "man\nwoman"}


def bring() -> Brought | None:
    """Draw the chosen way; what was brought by it, as far as it can be looked at."""
    way = st.segmented_control(
        "How the prompts come", WAYS, default=FILE, key="way", bind="query-params", required=True, label_visibility="collapsed"
    )
    if way == LINES:
        return _paste()
    return _fill() if way == TEMPLATES else _upload()


def forget_brought() -> None:
    """Empty what has begun: files and pasted lines. Templates stay, for the next words."""
    forget_uploads(SLOT, OTHER)
    st.session_state[PASTED] = ""


def _upload() -> FileBrought | None:
    held = upload_box(SLOT, "A file of prompts")
    most = st.get_option("server.maxUploadSize")
    st.caption(
        f"CSV, TSV, TXT or JSONL in UTF-8, at most {most} MB. A table names its columns in the first line, such as prompt, "
        f"expected, candidates and tag. A shell takes a file of any size: `{COMMAND}`"
    )
    if held is not None:
        return FileBrought(held)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption("Nothing at hand?", width="content")
        st.button("Try an example", key="batch_first_example", on_click=_put_example)
    return None


def _paste() -> FileBrought | None:
    text = st.text_area(
        "A prompt on each line",
        key=PASTED,
        height=170,
        persist_state="session",
        placeholder="The capital of France is [MASK].\nThe capital of Japan is [MASK].",
        help="Or a table whose first line names the columns: prompt, expected, candidates, tag.",
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button("Try an example", key="batch_example", on_click=_put_example)
        st.caption("Lines, or a table whose first line names the columns: prompt, expected, candidates, tag.", width="content")
    if not (text or "").strip():
        return None
    if len(text or "") > MOST_PASTED:
        show_problem(
            "Too much to paste",
            f"These are {len(text or ''):,} characters; at most {MOST_PASTED:,} are read. Save them as a file.",
        )
        return None
    return FileBrought(text or "")


def _put_example() -> None:
    st.session_state["way"], st.session_state[PASTED] = LINES, EXAMPLE


def _fill() -> ProductBrought | None:
    state = st.session_state
    for key, text in {TEMPLATE: FIRST_TEMPLATE, **FIRST_WORDS}.items():
        state.setdefault(key, text)
    templates = st.text_area(
        "Sentences with slots",
        key=TEMPLATE,
        height=85,
        persist_state="session",
        help="A template on each line. A slot is written {name}, the blank [MASK]; every combination of words is asked.",
    )
    try:
        slots = list(dict.fromkeys(slot for each in read_templates(templates or "") for slot in each.slots))
    except PipelineError as error:
        show_problem("No templates", str(error))
        return None
    words = {slot: read_words(text) for slot, text in _word_boxes(slots).items()}
    if missing := [slot for slot in slots if not words[slot]]:
        show_notice("Words are missing", f"The slot {{{missing[0]}}} has no words. Write one on each line of its box.")
        return None
    return ProductBrought(templates or "", words, _tagged_by(slots))


def _word_boxes(slots: list[str]) -> dict[str, str]:
    """The text in the box of each slot. Its name is a person's, and so is no label."""
    given = {}
    with st.container(horizontal=True, gap="medium"):
        for place, slot in enumerate(slots, start=1):
            with st.container(width=310, gap="xsmall"):
                st.text(f"Words for {{{slot}}}")
                text = st.text_area(
                    f"Words for slot {place}", key=f"words_{slot}", height=110, persist_state="session",
                    label_visibility="collapsed", placeholder="A word on each line",
                )  # fmt: skip
                given[slot] = text or ""
    return given


def _tagged_by(slots: list[str]) -> tuple[str, ...] | None:
    if len(slots) < 2:
        return None
    chosen = st.multiselect(
        "Tag the prompts by", slots, default=slots, key=f"tag_by_{'|'.join(slots)}", placeholder="No tag", width=400,
        help="The words of these slots become the tag of a prompt, by which the summary is told.",
    )  # fmt: skip
    return None if chosen == slots else tuple(chosen)
