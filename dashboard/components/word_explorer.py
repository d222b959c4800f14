"""A box for a word: who says it, when, and for which prompts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pyarrow as pa
import streamlit as st

from dashboard.components.chart_box import download_menu
from dashboard.components.history_page import found_in
from dashboard.components.paging import back_to_first, turned_to
from dashboard.history_frames.vocabulary import uses_table
from dashboard.wording import count
from storage import measures
from storage.log import Log
from storage.measures import SelectedCheckpoint
from storage.selection import Selection

USES_PER_PAGE = 15
PAGE = "uses_page"
MOST_EXPORTED = 1_000_000
SUGGESTIONS = 8


def word_explorer(log: Log, selection: Selection, checkpoints: Sequence[SelectedCheckpoint]) -> None:
    """The box with the words that begin so, and beside it the lists that hold the word, the most probable first."""
    st.subheader("Who says a word?", anchor=False)
    left, right = st.columns([3, 8], gap="medium")
    with left:
        typed = st.text_input(
            "Word", key="word", max_chars=100, placeholder="paris", bind="query-params", on_change=back_to_first(PAGE)
        )
        word = (typed or "").strip()
        _show_suggestions(found_in(log, measures.words_like, selection, start=word, limit=SUGGESTIONS))
    with right:
        if word:
            _show_uses(log, selection, checkpoints, word)
        else:
            st.caption("Type a word, or choose one of the list: the most frequent words of this part of the history.")


def _show_suggestions(table: pa.Table) -> None:
    """Words are a model's text, so they stand in a table, which reads no markup."""
    if not table.num_rows:
        return
    words = table.column("word").to_pylist()
    key = f"words_like_{st.session_state.get('word_chosen', 0)}"
    st.dataframe(
        table,
        key=key,
        hide_index=True,
        height="content",
        alt="Words that begin so, the most frequent first",
        on_select=lambda: _choose(words, key),
        selection_mode="single-row",
        column_config={
            "word": st.column_config.TextColumn("Words that begin so"),
            "predictions": st.column_config.NumberColumn("Predictions", width="small"),
        },
    )


def _choose(words: Sequence[str], key: str) -> None:
    rows = st.session_state[key]["selection"]["rows"]
    if rows:
        st.session_state["word"] = words[rows[0]]
        # The list is another one now; a new key forgets which row of the old one was chosen.
        st.session_state["word_chosen"] = st.session_state.get("word_chosen", 0) + 1
        back_to_first(PAGE)()


def _show_uses(log: Log, selection: Selection, checkpoints: Sequence[SelectedCheckpoint], word: str) -> None:
    place, footer = st.container(), st.container()
    ask = partial(found_in, log, measures.word_uses, selection, word=word)
    with footer:
        found, _ = turned_to(PAGE, USES_PER_PAGE, lambda limit, offset: ask(limit=limit, offset=offset))
    with place:
        if not found.n:
            st.text(f"No list here holds “{word}”.")
            return
        st.text(f"“{word}” stands in {count(found.n, 'list')}, the most probable first.")
        _show_table(uses_table(found, checkpoints))
    with footer:
        everything = partial(measures.word_uses, log.database, selection, word, limit=MOST_EXPORTED)
        download_menu("uses-of-a-word", lambda: uses_table(everything(), checkpoints), n=found.n, most=MOST_EXPORTED)


def _show_table(table: pa.Table) -> None:
    column = st.column_config
    several = any(blank > 1 for blank in table.column("blank").to_pylist())
    st.dataframe(
        table,
        key="uses_of_word",
        hide_index=True,
        height="content",
        alt="Lists that hold the word",
        column_config={
            "prompt": column.TextColumn("Prompt", width="medium"),
            "blank": column.NumberColumn("Blank", width="small") if several else None,
            "checkpoint": column.TextColumn("Checkpoint"),
            "word": column.TextColumn("Spelled", width="small"),
            "rank": column.NumberColumn("Rank", width="small"),
            "score": column.NumberColumn("Probability", format="percent", width="small"),
            "last_asked_at": column.DatetimeColumn("Last asked, UTC", format="YYYY-MM-DD HH:mm"),
            "run": column.LinkColumn("Run", display_text="Open", width="small"),
        },
    )
