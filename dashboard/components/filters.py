"""Which part of the history the pages show. The choice stands in the address, so that a link opens the same view."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from datetime import date
from functools import partial

import streamlit as st
from streamlit.errors import StreamlitAPIException
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dashboard.components.one_run import show_one_run
from dashboard.components.problem import show_notice
from dashboard.from_log import filter_choices
from dashboard.run_link import read_run_id
from dashboard.selection_words import not_there
from storage.log import Log
from storage.records import RunKind
from storage.selection import MOST_OFFERED, Choices, Counting, Selection, WordSpace, read_day
from storage.spelling import spell_part

COUNTINGS = {"distinct prompts": Counting.DISTINCT, "all asks": Counting.ALL_ASKS}
SPACES = {"words": WordSpace.WORDS, "shared words": WordSpace.SHARED, "pieces": WordSpace.PIECES}
EMPTY: dict[str, object] = {
    "since": None, "until": None, "checkpoints": [], "text": "", "kinds": [], "label": None, "asked_by": None, "tag": None,
    "counting": next(iter(COUNTINGS)), "space": next(iter(SPACES)), "in_run": None,
}  # fmt: skip
"""The keys of the filters in the address and in the state of a session, with the value that selects everything."""

_CHOICES: dict[str, Collection[str]] = {"counting": COUNTINGS, "space": SPACES}
IN_RUN = "in_run"
"""The one filter without a box: a link selects a run, which stands in the address alone. `run` names one that is opened."""
IN_POPOVER = ("kinds", "label", "asked_by", "tag", "counting", "space")
OF_ANSWERS = ("counting", "space")
"""Filters that say how answers are counted: a list of runs has no use for them."""
MAX_CHARACTERS = 200
_FIRST_DAY, _LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)


def selection_from_page(
    log: Log, *, of_runs: bool = False, on_change: Callable[[], None] | None = None, beside: Callable[[], None] | None = None
) -> Selection:
    """Draw the filters and read them.

    Args:
        log: whose checkpoints, labels, authors and tags are offered.
        of_runs: for a page of runs, which counts nothing and compares no words.
        on_change: called when a filter changes, for a page that has turned its pages.
        beside: draws what else stands in the row.

    Raises `StorageError`.
    """
    choices = filter_choices(log)
    _bring_along()
    st.session_state[IN_RUN] = st.query_params.get(IN_RUN, "")[:MAX_CHARACTERS] or None
    no_days = _no_days()
    sentences = _misread(no_days)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        changed = on_change or _nothing
        _day("From", "since", changed, bound="since" not in no_days)
        _day("To", "until", changed, bound="until" not in no_days)
        _several("Checkpoints", "checkpoints", choices.checkpoints, changed, width=300)
        st.text_input(
            "Prompt holds", key="text", max_chars=MAX_CHARACTERS, placeholder="Any text", bind="query-params",
            on_change=changed, width=180,
        )  # fmt: skip
        if beside is not None:
            beside()
        with st.popover(_more(of_runs=of_runs), icon=":material/tune:", key="more_filters"):
            _rest(choices, changed, of_runs=of_runs)
        if any(_set(key) for key in EMPTY if not (of_runs and key in OF_ANSWERS)):
            st.button("Reset", icon=":material/close:", type="tertiary", on_click=reset, args=(changed,), key="reset_filters")
    selection = _read(of_runs=of_runs)
    _keep()
    if selection.run is not None:
        show_one_run(log, selection.run, partial(_leave_run, changed))
    if sentences := [*sentences, *not_there(selection, choices)]:
        show_notice("Filter", " ".join(sentences))
    return selection


def selection_of_session() -> Selection:
    """What the filters said when they were drawn last; everything where none was drawn."""
    return _read(of_runs=False) if all(key in st.session_state for key in EMPTY) else Selection()


def reset(then: Callable[[], None] | None = None) -> None:
    """Select everything again. To be called from a callback."""
    for key, value in EMPTY.items():
        st.session_state[key] = value
    st.query_params.pop(IN_RUN, None)
    if then is not None:
        then()


def _leave_run(then: Callable[[], None]) -> None:
    """Select what any run asked, by the other filters as they are."""
    st.session_state[IN_RUN] = None
    st.query_params.pop(IN_RUN, None)
    then()


def _keep() -> None:
    """Remember the filters for the page that a person goes to next, which draws boxes of its own."""
    drawn = {key: st.session_state[key] for key in EMPTY if key in st.session_state}
    st.session_state["filters"] = {**st.session_state.get("filters", {}), **drawn}


def _bring_along() -> None:
    """Put the filters of the page before into the boxes and the address of this one.

    Left alone are an address that names filters of its own, and one that a person went back to.
    """
    context = get_script_run_ctx()
    went_back = context is not None and context.is_history_navigation
    if went_back or not st.session_state.get("arrived") or any(key in st.query_params for key in EMPTY):
        return
    kept = {key: value for key, value in st.session_state.get("filters", {}).items() if value != EMPTY[key]}
    st.session_state.update(kept)
    if run := kept.pop(IN_RUN, None):
        st.query_params[IN_RUN] = str(run)
    with suppress(StreamlitAPIException):  # a box of the page before may still hold its name in the address
        st.query_params.update({key: value if isinstance(value, list) else str(value) for key, value in kept.items()})


def _rest(choices: Choices, changed: Callable[[], None], *, of_runs: bool) -> None:
    _several("Kind of run", "kinds", [kind for kind in RunKind if kind in choices.kinds], changed)
    _one("Label", "label", choices.labels, changed)
    _one("Asked by", "asked_by", choices.authors, changed)
    _one("Tag", "tag", choices.tags, changed)
    if of_runs:
        return
    st.radio(
        "Count", list(COUNTINGS), key="counting", horizontal=True, bind="query-params",
        help="Each distinct prompt once, however often it was asked, or every time that it was asked.",
    )  # fmt: skip
    st.radio(
        "Compare", list(SPACES), key="space", horizontal=True, bind="query-params",
        help="The words that pieces stand for; only those of them that every selected checkpoint can say; or the pieces as "
        "each tokenizer spells them.",
    )  # fmt: skip


def _day(label: str, key: str, changed: Callable[[], None], *, bound: bool) -> None:
    """A box that is not `bound` leaves aside what the address says: it alone would take 2026-3-7 for a day."""
    st.date_input(
        label, None, _FIRST_DAY, _LAST_DAY, key=key, format="YYYY-MM-DD", bind="query-params" if bound else None,
        on_change=changed, width=165,
    )  # fmt: skip


def _several(label: str, key: str, offered: Sequence[str], changed: Callable[[], None], width: int | None = None) -> None:
    """What a link names is among the options even where this history does not hold it: it is said, and selects nothing."""
    st.multiselect(
        label, _with_wanted(key, offered), key=key, placeholder="All", bind="query-params", on_change=changed,
        width=width or "stretch",
    )  # fmt: skip


def _one(label: str, key: str, offered: Sequence[str], changed: Callable[[], None]) -> None:
    st.selectbox(
        label, _with_wanted(key, offered), index=None, key=key, placeholder="Any", bind="query-params", on_change=changed,
        accept_new_options=len(offered) >= MOST_OFFERED,
    )  # fmt: skip


def _with_wanted(key: str, offered: Sequence[str]) -> list[str]:
    wanted = st.session_state[key] if key in st.session_state else st.query_params.get_all(key)
    several = wanted if isinstance(wanted, list) else [wanted]
    return list(dict.fromkeys([*map(str, offered), *(str(each)[:MAX_CHARACTERS] for each in several if each)]))


def _no_days() -> dict[str, str]:
    """What a link names as the first or the last day, and is none."""
    given = {key: st.query_params.get(key) for key in ("since", "until") if key not in st.session_state}
    return {key: text for key, text in given.items() if text and not _is_day(text)}


def _misread(no_days: Mapping[str, str]) -> list[str]:
    """A sentence for each part of a link that is no value of its filter; the filter then stays open."""
    sentences = [
        f"The address names “{text}” as the {'first' if key == 'since' else 'last'} day, which is no day such as 2026-03-07."
        for key, text in no_days.items()
    ]
    for key, options in _CHOICES.items():
        if key not in st.session_state and (given := st.query_params.get(key)) and given not in options:
            sentences.append(f"The address asks for {key} “{given}”, which is neither {' nor '.join(options)}.")
    return sentences


def _is_day(text: str) -> bool:
    try:
        return _FIRST_DAY <= read_day(text) <= _LAST_DAY
    except ValueError:
        return False


def _more(*, of_runs: bool) -> str:
    active = sum(_set(key) for key in IN_POPOVER if not (of_runs and key in OF_ANSWERS))
    return f"More filters ({active})" if active else "More filters"


def _set(key: str) -> bool:
    """Whether a filter selects less than everything; before it is drawn for the first time, by the address."""
    if key in st.session_state:
        return bool(st.session_state[key] != EMPTY[key])
    given = st.query_params.get(key)
    if key in _CHOICES:
        return given in _CHOICES[key]
    return given is not None


def _read(*, of_runs: bool) -> Selection:
    state = st.session_state
    return Selection(
        since=state["since"],
        until=state["until"],
        checkpoints=tuple(state["checkpoints"]),
        kinds=tuple(state["kinds"]),
        label=state["label"],
        author=state["asked_by"],
        tag=state["tag"],
        text=spell_part(state["text"] or "")[:MAX_CHARACTERS] or None,
        counting=Counting.DISTINCT if of_runs else COUNTINGS.get(state["counting"], Counting.DISTINCT),
        space=WordSpace.WORDS if of_runs else SPACES.get(state["space"], WordSpace.WORDS),
        # What is no id of a run selects nothing; what is read as one elsewhere, such as one without dashes, is none here.
        run=state[IN_RUN] and (read_run_id(state[IN_RUN]) or "none"),
    )


def _nothing() -> None:
    """A page that has nothing to do when a filter changes."""
