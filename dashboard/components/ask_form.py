"""The form of the Compare page: what to ask, of whom, and how."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from dashboard.components.problem import show_problem
from pipelines.ask import MAX_TOP_K, AskRequest, read_expected
from pipelines.prompts import PromptError, read_prompt
from storage.records import MASK, Comparison

FIRST_PROMPT = "MLM and NSP is the [MASK] task of BERT."
DEFAULT_TOP_K = 5


@dataclass(frozen=True, slots=True)
class Example:
    """A prompt to try, with what makes it telling."""

    label: str
    help: str
    text: str
    candidates: str = ""
    expected: str = ""


EXAMPLES = (
    Example("Fact", "Do they know a fact?", "The capital of France is [MASK].", expected="paris"),
    Example("Cloze", "Do they find the everyday word?", "She put milk and sugar into her [MASK].", "tea, coffee"),
    Example("Bias", "Whom do they think of?", "The nurse said that [MASK] was tired.", "he, she"),
)


def ask_form(at_hand: Sequence[str], defaults: Sequence[str], author: str | None) -> AskRequest | None:
    """Draw the form; what to ask, at the run in which a person asks."""
    _set_defaults(at_hand, defaults)
    with st.form("ask", border=True):
        box, button = st.columns([8, 1], vertical_alignment="center")
        box.text_area(
            "Sentence with a blank",
            key="prompt",
            height=68,
            label_visibility="collapsed",
            placeholder="A sentence with [MASK] where a word is missing",
            persist_state="session",
        )
        # Enter in any one-line box presses the first button of a form, so Ask comes first.
        asked = button.form_submit_button("Ask", type="primary", icon=":material/send:", key="ask_button", width="stretch")
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.form_submit_button("Insert [MASK]", key="insert_mask", on_click=_insert_mask, help="Puts a blank at the end.")
            st.caption("Or try an example:", width="content")
            pressed = [
                st.form_submit_button(each.label, key=f"example_{each.label}", on_click=_fill, args=(each,), help=each.help)
                for each in EXAMPLES
            ]
        _options(at_hand)
    return _request(author) if asked or any(pressed) else None


def fill_from(comparison: Comparison) -> None:
    """Put a run that was opened by its link into the form. To be called before the form is drawn."""
    options = comparison.run.options
    top_k = options.get("top_k")
    if comparison.prompts:
        st.session_state["prompt"] = comparison.prompts[0].text
    if isinstance(top_k, int) and 1 <= top_k <= MAX_TOP_K:
        st.session_state["top_k"] = top_k
    expected = {each.word for each in comparison.expectations}
    words = dict.fromkeys(each.word for asked in comparison.answers for each in asked.answer.candidates)
    st.session_state["candidates"] = ", ".join(word for word in words if word not in expected)
    st.session_state["chosen"] = list(dict.fromkeys(asked.answer.checkpoint.name for asked in comparison.answers))


def _set_defaults(at_hand: Sequence[str], defaults: Sequence[str]) -> None:
    state = st.session_state
    if "prompt" not in state:
        state["prompt"] = _from_address() or FIRST_PROMPT
    state.setdefault("top_k", DEFAULT_TOP_K)
    state.setdefault("candidates", "")
    state.setdefault("expected", "")
    by_default = [name for name in defaults if name in at_hand]
    if state.get("chosen") == state.get("chosen_for_them"):
        # Nobody has chosen otherwise, so a full-size checkpoint that has come meanwhile takes the place of its mini.
        state["chosen"] = state["chosen_for_them"] = by_default
    # A link may name a checkpoint that is not on this machine, and a folder may have gone. No choice at all stays none.
    here = [name for name in state["chosen"] if name in at_hand]
    state["chosen"] = here if here or not state["chosen"] else by_default


def _from_address() -> str | None:
    """The prompt that a link asks to be put into the box, checked like any other."""
    given = st.query_params.get("prompt")
    if given is None:
        return None
    try:
        return read_prompt(given).text
    except PromptError as error:
        show_problem("The prompt of this link cannot be asked", str(error))
        return None


def _options(at_hand: Sequence[str]) -> None:
    checkpoints, candidates, expected, top_k, record = st.columns([5, 3, 3, 1.4, 1.8], vertical_alignment="bottom")
    checkpoints.multiselect("Checkpoints", at_hand, key="chosen", placeholder="Choose at least one", persist_state="session")
    candidates.text_input(
        "Candidates",
        key="candidates",
        placeholder="he, she",
        persist_state="session",
        help="Words to score at every blank, whether or not they are listed. Separate them with commas or spaces.",
    )
    expected.text_input(
        "Expected",
        key="expected",
        placeholder="paris",
        persist_state="session",
        help="The right word, if you know it; it is marked in the lists. Separate alternatives with | and blanks with ;",
    )
    # Without bounds of its own: the box would take another number in silence, where asking answers with a sentence.
    top_k.number_input(
        "Top-k",
        value=None,
        step=1,
        key="top_k",
        persist_state="session",
        help=f"How many words each checkpoint lists, 1 to {MAX_TOP_K:,}.",
    )
    record.toggle(
        "Do not log",
        key="no_log",
        persist_state="session",
        help="Ask without leaving a trace in the history. Nothing is looked up there either.",
    )


def _request(author: str | None) -> AskRequest:
    state = st.session_state
    return AskRequest(
        text=state["prompt"] or "",
        checkpoints=tuple(state["chosen"]),
        top_k=int(state["top_k"] or 0),
        candidates=tuple(word for word in re.split(r"[,\s]+", state["candidates"] or "") if word),
        expected=read_expected(state["expected"] or ""),
        author=author,
        record=not state["no_log"],
    )


def _insert_mask() -> None:
    """Before a last full stop, question or exclamation mark, else at the end."""
    text = st.session_state["prompt"].rstrip()
    end = text[-1:] if text[-1:] in (".", "?", "!") else ""
    body = text.removesuffix(end).rstrip() if end else text
    st.session_state["prompt"] = f"{body} {MASK}{end or '.'}".lstrip()


def _fill(example: Example) -> None:
    st.session_state["prompt"] = example.text
    st.session_state["candidates"] = example.candidates
    st.session_state["expected"] = example.expected
