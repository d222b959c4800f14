"""How each tokenizer cut the prompt into pieces of its vocabulary."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.components.problem import show_notice
from dashboard.resources import word_map
from dashboard.wording import count, listed
from pipelines.words import Piece, PieceKind
from storage.records import UNKNOWN_HASH, Checkpoint, Prompt


def show_cuts(prompt: Prompt, checkpoints: Sequence[Checkpoint]) -> None:
    """The pieces, once for all checkpoints whose tokenizers cut the prompt alike."""
    st.subheader("How each tokenizer cut the prompt", anchor=False)
    cuts: dict[tuple[Piece, ...], list[str]] = {}
    if imported := [each.name for each in checkpoints if each.tokenizer_sha256 == UNKNOWN_HASH]:
        st.text(f"How {listed(imported)} cut it is not known: the answers were made elsewhere.")
    for each in checkpoints:
        if each.tokenizer_sha256 == UNKNOWN_HASH:
            continue
        words = word_map(each.name, each.tokenizer_sha256)
        if words is None:
            show_notice("Not at hand", f"The tokenizer that {each.name} answered with is no longer on this machine.")
        else:
            cuts.setdefault(words.cut(prompt.text), []).append(each.name)
    for pieces, names in cuts.items():
        st.text(f"{listed(names)}: {_summary(pieces)}")
        st.code(written(pieces), language=None, wrap_lines=True)
    if cuts:
        st.caption("A plus sign joins the pieces of one word.")


def written(pieces: Sequence[Piece]) -> str:
    """The pieces as the tokenizer spells them, those of one word joined by a plus sign.

    >>> cut = [Piece("ml", PieceKind.WORD), Piece("##m", PieceKind.CONTINUATION), Piece("[UNK]", PieceKind.SPECIAL, False)]
    >>> written(cut)
    'ml + ##m   [UNK] (unknown)'
    """
    text = ""
    for piece in pieces:
        between = " + " if _goes_on(piece) else "   "
        text += (between if text else "") + piece.text + ("" if piece.known else " (unknown)")
    return text


def _goes_on(piece: Piece) -> bool:
    """Whether it goes on with the word before it."""
    return piece.kind is PieceKind.CONTINUATION


def _summary(pieces: Sequence[Piece]) -> str:
    continuing = sum(_goes_on(piece) for piece in pieces)
    unknown = sum(not piece.known for piece in pieces)
    parts = [count(len(pieces), "piece")]
    if continuing:
        parts.append(f"{continuing} of them inside a word")
    if unknown:
        parts.append(f"{unknown} unknown")
    return ", ".join(parts)
