"""The tokenizer truth panel: what a word is in each vocabulary, and what the pipeline's `targets=` would have scored."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import streamlit as st

from dashboard.components.problem import show_problem
from dashboard.resources import word_map
from pipelines.prompts import CandidateError, read_candidate
from pipelines.words import PieceKind, WordMap

_SCHEMA = pa.schema(
    {"checkpoint": pa.string(), "pieces": pa.string(), "whole": pa.string(), "target": pa.string(), "verdict": pa.string()}
)


def truth_panel(names: Sequence[str]) -> None:
    """A box for a word, and a row for each checkpoint at hand."""
    st.subheader("What is a word to each tokenizer?", anchor=False)
    st.caption(
        "The fill-mask pipeline of the transformers library scores candidates by its targets= option. Where a vocabulary holds "
        "the bare spelling as a piece inside words, that option scores this piece and not the word. Maskboard looks words up "
        "as whole words, in every tokenizer."
    )
    typed = st.text_input("Word", key="truth_word", value="cat", max_chars=100, bind="query-params", width=320)
    try:
        word = read_candidate(typed or "")
    except CandidateError as error:
        show_problem("Not a word", str(error))
        return
    maps = [(name, word_map(name)) for name in names]
    rows = [_row(name, words, word) for name, words in maps if words is not None]
    column = st.column_config
    st.dataframe(
        pa.Table.from_pylist(rows, schema=_SCHEMA),
        hide_index=True,
        key="truth",
        alt="The pieces of the word in each tokenizer",
        column_config={
            "checkpoint": column.TextColumn("Checkpoint"),
            "pieces": column.TextColumn("Its pieces", help="As they stand in a sentence, behind another word."),
            "whole": column.TextColumn("One whole word", width="small", help="Whether one piece stands for it."),
            "target": column.TextColumn("targets= would score", help="The piece that the pipeline would look up."),
            "verdict": column.TextColumn("Is that the word?", width="large"),
        },
    )


def _row(name: str, words: WordMap, word: str) -> dict[str, str]:
    whole = [words.pieces[i] for i in words.word_ids(word)]
    cut = [words.pieces[i] for i in words.word_pieces(word)]
    target = words.pipeline_target(word)
    return {
        "checkpoint": name,
        "pieces": " + ".join(whole[:1] or cut) or "cannot be said",
        "whole": "yes" if whole else "no",
        "target": target or "nothing",
        "verdict": _verdict(words, whole, target),
    }


def _verdict(words: WordMap, whole: Sequence[str], target: str) -> str:
    if target in whole:
        return "yes"
    kind = words.kinds[words.pieces.index(target)] if target in words.pieces else PieceKind.SPECIAL
    if kind is PieceKind.CONTINUATION:
        return "no, it is a piece inside words"
    if kind is PieceKind.SPECIAL:
        return "no, it is the piece for what is not known"
    return "no, it is another word" if whole else "no, it is only the first piece of the word"
