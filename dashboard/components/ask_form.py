"""The form of the Compare page: what to ask, of whom, and how."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from dashboard.components.problem import show_notice, show_problem
from dashboard.top_k import NOT_A_TOP_K, read_top_k
from dashboard.wording import listed
from pipelines.ask import MAX_TOP_K, AskRequest, read_expected, write_expected
from pipelines.prompts import PromptError, printable, read_prompt
from storage.records import MASK, Comparison

FIRST_PROMPT = "MLM and NSP is the [MASK] task of BERT."
DEFAULT_TOP_K = "5"


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


@dataclass(frozen=True, slots=True)
class NotAsked:
    """What was typed cannot even be made a request."""

    sentence: str


def ask_form(at_hand: Sequence[str], defaults: Sequence[str], author: str | None) -> AskRequest | NotAsked | None:
    """Draw the form; what to ask, at the run in which a person asks.

    The boxes stand in no `st.form`: one of those keeps from the server what was typed and not sent, and a look at another
    page would lose it.
    """
    _set_defaults(at_hand, defaults)
    with st.container(border=True):
        box, button = st.columns([7.2, 1.8], vertical_alignment="center")
        box.text_area(
            "Sentence with a blank",
            key="prompt",
            height=68,
            label_visibility="collapsed",
            placeholder="A sentence with [MASK] where a word is missing",
            persist_state="session",
        )
        asked = button.button(
            "Ask", type="primary", icon=":material/send:", key="ask_button", width="stretch", shortcut="Ctrl+Enter"
        )
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.button("Insert [MASK]", key="insert_mask", on_click=_insert_mask, help="Puts a blank at the end.")
            st.caption("Or try an example:", width="content")
            pressed = [
                st.button(each.label, key=f"example_{each.label}", on_click=_fill, args=(each,), help=each.help)
                for each in EXAMPLES
            ]
        _options(at_hand)
    if missing := st.session_state.get("not_here"):
        show_notice(
            "Not all are here",
            f"{listed(missing)} answered in the run that you opened, and cannot be asked again on this machine just now. "
            "Choose others, or see on Models how to get what is missing.",
        )
    if not (asked or any(pressed)):
        return None
    st.session_state["not_here"] = ()
    return _request(author)


def fill_from(comparison: Comparison, at_hand: Sequence[str]) -> None:
    """Put a run that was opened by its link into every box. To be called before the form is drawn."""
    state, options = st.session_state, comparison.run.options
    prompts = [each.text for each in comparison.prompts] or [printable(each.text) for each in comparison.refused]
    first = comparison.prompts[0] if comparison.prompts else None
    expectations = [each for each in comparison.expectations if each.prompt == first]
    names = _texts(options.get("checkpoints")) or [each.answer.checkpoint.name for each in comparison.answers]
    state["prompt"] = prompts[0] if prompts else ""
    state["top_k"] = str(read_top_k(str(options.get("top_k"))) or DEFAULT_TOP_K)
    state["expected"] = write_expected(expectations, first.mask_count) if first else ""
    state["candidates"] = ", ".join(_named_words(comparison, [each.word for each in expectations]))
    state["chosen"] = list(dict.fromkeys(names))
    state["not_here"] = tuple(name for name in state["chosen"] if name not in at_hand)


def _named_words(comparison: Comparison, expected: Sequence[str]) -> list[str]:
    """The candidates that were named, without the expected words that asking puts behind them.

    One that is both stays where it can be told; where it cannot, naming it asks the same.
    """
    words = _texts(comparison.run.options.get("candidates"))
    words = words or list(dict.fromkeys(each.word for asked in comparison.answers for each in asked.answer.candidates))
    for n in range(len(words)):
        if list(dict.fromkeys([*words[:n], *expected])) == words:
            return words[:n]
    return words


def _texts(value: object) -> list[str]:
    """The texts of a stored option, which may be anything."""
    return [each for each in value if isinstance(each, str)] if isinstance(value, list | tuple) else []


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
    checkpoints.multiselect(
        "Checkpoints", at_hand, key="chosen", placeholder="Choose at least one", persist_state="session", on_change=_chosen_anew
    )
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
    # A box for text: one for numbers rounds what it is given, or turns red and says nothing.
    top_k.text_input(
        "Top-k", key="top_k", persist_state="session", help=f"How many words each checkpoint lists, 1 to {MAX_TOP_K:,}."
    )
    record.toggle(
        "Do not log",
        key="no_log",
        persist_state="session",
        bind="query-params",  # a reload must not switch the log on again
        help="Ask without leaving a trace in the history. Nothing is looked up there either.",
    )


def _request(author: str | None) -> AskRequest | NotAsked:
    state = st.session_state
    if (top_k := read_top_k(state["top_k"] or "")) is None:
        return NotAsked(NOT_A_TOP_K)
    return AskRequest(
        text=state["prompt"] or "",
        checkpoints=tuple(state["chosen"]),
        top_k=top_k,
        candidates=tuple(word for word in re.split(r"[,\s]+", state["candidates"] or "") if word),
        expected=read_expected(state["expected"] or ""),
        author=author,
        record=not state["no_log"],
    )


def _chosen_anew() -> None:
    st.session_state["not_here"] = ()


def _insert_mask() -> None:
    """Before a last full stop, question or exclamation mark, else at the end. An empty box gets a full stop, too."""
    text = (st.session_state["prompt"] or "").rstrip()
    end = text[-1:] if text[-1:] in (".", "?", "!") else ""
    body = text.removesuffix(end).rstrip() if end else text
    st.session_state["prompt"] = f"{body} {MASK}{end}".lstrip() if text else f"{MASK}."


def _fill(example: Example) -> None:
    st.session_state["prompt"] = example.text
    st.session_state["candidates"] = example.candidates
    st.session_state["expected"] = example.expected
