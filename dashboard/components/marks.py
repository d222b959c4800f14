"""Stars, tags and notes: what people have put on a run or on a prompt, and the controls that put it there or take it away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from dashboard.components.change import carried_out, carry_out
from dashboard.marks_words import star_label, star_meaning, starred_in_words, tags_in_words, who_and_when
from pipelines.prompts import printable
from storage import annotations as marked
from storage.annotations import MAX_NOTE, MAX_TAG, Annotations, Note, Target
from storage.database import Database

NOTES_SHOWN = 3
"""The newest; the others open on demand."""


def star_button(target: Target, marks: Annotations, author: str | None, key: str, *, wordy: bool = True) -> None:
    """A star that a click puts on, or takes off again where it is this person's, or nobody's in particular.

    Without `wordy` it is the star alone, as wide in every line of a list.
    """
    own = [star.author for star in marks.starred_by if star.author in (author, None)]
    work = partial(marked.unstar, target=target, author=own[0]) if own else partial(marked.star, target=target, author=author)
    otherwise = "The star is still there" if own else "The star was not kept"
    st.button(
        star_label(marks.starred_by, wordy=wordy), key=f"star_{key}", type="tertiary", width="content" if wordy else 44,
        help=star_meaning(marks.starred_by, author), on_click=carry_out, args=(work, otherwise),
    )  # fmt: skip


def mark_buttons(target: Target, marks: Annotations, offered: Sequence[str], author: str | None, key: str) -> None:
    """The star, and what opens the boxes for tags and notes. `offered` are tags that the history has already."""
    star_button(target, marks, author, key)
    with st.popover("Tags", icon=":material/sell:", type="tertiary", key=f"tags_{key}"):
        tag_box(target, marks, offered, author, key)
    with st.popover("Note", icon=":material/edit_note:", type="tertiary", key=f"notes_{key}"):
        note_box(target, author, key)


def tag_box(target: Target, marks: Annotations, offered: Sequence[str], author: str | None, key: str) -> None:
    """A box that puts a tag on as soon as one is chosen or typed, and what takes each tag off again."""
    box = f"tag_{key}"
    there = {tag.text for tag in marks.tags}
    st.selectbox(
        "Add a tag",
        [text for text in offered if text not in there],
        index=None,
        key=box,
        placeholder="Choose one, or type a new one",
        accept_new_options=True,
        on_change=_keep,
        args=(box, partial(marked.add_tag, target=target, author=author), "The tag was not kept"),
        help=f"At most {MAX_TAG} characters. The filters of every page can select what bears a tag.",
    )
    for tag in marks.tags:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.button(
                "Take off",
                key=f"untag_{key}_{tag.tag_id}",
                icon=":material/close:",
                type="tertiary",
                on_click=carry_out,
                args=(partial(marked.remove_tag, tag_id=tag.tag_id), "The tag is still there"),
            )
            st.text(printable(f"{tags_in_words((tag,))}   {who_and_when(tag.author, tag.created_at)}"), width="content")


def note_box(target: Target, author: str | None, key: str) -> None:
    """A box for a note."""
    box = f"note_{key}"
    with st.form(f"new_note_{key}", border=False):
        st.text_area("What is there to say?", key=box, height=110, max_chars=MAX_NOTE)
        st.form_submit_button(
            "Keep the note",
            key=f"keep_note_{key}",
            on_click=_keep,
            args=(box, partial(marked.add_note, target=target, author=author), "The note was not kept"),
        )


def show_marks(marks: Annotations, key: str) -> None:
    """What stands there now, as plain text: whoever wrote it, nothing of it is read as markup."""
    line = [tags_in_words(marks.tags), starred_in_words(marks.starred_by)]
    if any(line):
        st.text(printable(" · ".join(part for part in line if part)))
    newest = marks.notes[::-1]
    for note in newest[:NOTES_SHOWN]:
        _show_note(note, key)
    if len(newest) > NOTES_SHOWN:
        with st.expander(f"{len(newest) - NOTES_SHOWN:,} older notes", key=f"older_notes_{key}"):
            for note in newest[NOTES_SHOWN:]:
                _show_note(note, key)


def _keep(box: str, work: Callable[..., object], otherwise: str) -> None:
    """Write what stands in the box, and empty the box only where it was written."""
    text = str(st.session_state[box] or "")

    def write(database: Database) -> object:
        return work(database, text=text)

    if text.strip() and carried_out(write, otherwise):
        st.session_state[box] = None if box.startswith("tag_") else ""


def _show_note(note: Note, key: str) -> None:
    with st.container(border=True, gap="xsmall"):
        st.text(printable(note.text))
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.text(printable(who_and_when(note.author, note.created_at)), width="content")
            with st.popover("Remove", type="tertiary", key=f"removing_note_{key}_{note.note_id}"):
                st.button(
                    "Remove this note",
                    key=f"remove_note_{key}_{note.note_id}",
                    icon=":material/delete:",
                    on_click=carry_out,
                    args=(partial(marked.remove_note, note_id=note.note_id), "The note is still there"),
                )
