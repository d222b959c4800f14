"""Above every page, where the history is not as it should be: what works, what does not, and the way out."""

from __future__ import annotations

from collections import Counter

import streamlit as st

from dashboard import resources
from dashboard.unsaved import save_what_waits
from dashboard.wording import count
from pipelines.prompts import printable
from storage.errors import DiskFull, StorageError, WalDamaged

_ASKED, _SAID, _PROBLEM = "repair_asked", "repair_said", "repair_problem"


def show_log_banner() -> None:
    """Nothing where all is well. What waits to be saved is saved here, once it can be."""
    _show_repaired()
    opened = resources.open_log()
    waiting = resources.unsaved()
    if opened.log is None:
        _show(opened.error or StorageError(opened.problem or ""), readable=False)
        return
    if len(waiting) and opened.log.database.trouble is None:
        save_what_waits(waiting, opened.log)
    if (trouble := opened.log.database.trouble) is not None:
        _show(trouble.error, readable=trouble.may_be_read)
    elif reasons := waiting.refused():
        _show_refused(reasons)


def _show(error: StorageError, *, readable: bool) -> None:
    with st.container(border=True, gap="xsmall", key="log_banner"):
        st.badge(_title(error), icon=":material/error:", color="red")
        st.text(printable(str(error)))
        st.text(_what_works(error, readable=readable))
        if n := len(resources.unsaved()):
            st.text(f"{_who_waits(n)} on the server and will be saved.")
        if isinstance(error, WalDamaged):
            _show_repair()
        else:
            st.button("Try again", key="try_saving", icon=":material/refresh:", on_click=_try)
        _show_problem()


def _show_refused(reasons: tuple[str, ...]) -> None:
    """What waits although the log takes everything else."""
    with st.container(border=True, gap="xsmall", key="refused_banner"):
        st.badge("Some answers could not be saved", icon=":material/error:", color="red")
        for reason, number in Counter(map(printable, reasons)).items():
            st.text(f"{_who_waits(number)} on the server and could not be saved: {reason}")
        st.text("Everything else is saved. What waits is tried again with the next save, and is lost when the server restarts.")
        st.button("Try again", key="try_saving", icon=":material/refresh:", on_click=_try)
        _show_problem()


def _who_waits(number: int) -> str:
    return f"{count(number, 'answered prompt').capitalize()} {'waits' if number == 1 else 'wait'}"


def _show_problem() -> None:
    if (problem := st.session_state.pop(_PROBLEM, None)) is not None:
        st.text(printable(problem))


def _title(error: StorageError) -> str:
    if isinstance(error, WalDamaged):
        return "The history is damaged, and nothing is being saved"
    return "The disk is full, and nothing is being saved" if isinstance(error, DiskFull) else "Nothing is being saved"


def _what_works(error: StorageError, *, readable: bool) -> str:
    if readable and isinstance(error, DiskFull):
        return (
            "What works: asking on Compare, History and the pages over it. What does not: saving, replaying, and SQL and "
            "Export where they need a new copy of the log."
        )
    if readable:
        return "What works: asking on Compare, and everything that was saved before. What does not: saving."
    return "What works: asking on Compare, and Models. What does not: saving, and every page that shows the history."


def _show_repair() -> None:
    """Asked twice; first what it does is said."""
    if not st.session_state.get(_ASKED):
        st.button("Repair", key="repair", icon=":material/build:", on_click=_ask)
        return
    st.text(
        "The repair brings back everything that was saved before the damaged place, and says what is missing. The damaged "
        "files are kept under other names, so that nothing is thrown away. Where you have a newer backup, restore it instead."
    )
    with st.container(horizontal=True):
        st.button("Repair now", key="repair_now", icon=":material/build:", type="primary", on_click=_repair)
        st.button("Leave it as it is", key="repair_not", on_click=_ask_no_more)


def _show_repaired() -> None:
    if (said := st.session_state.get(_SAID)) is None:
        return
    with st.container(border=True, gap="xsmall", key="repaired"):
        st.badge("The history was repaired", icon=":material/check:", color="gray")
        st.text(printable(said))
        st.button("Understood", key="repair_read", on_click=_forget)


def _ask() -> None:
    st.session_state[_ASKED] = True


def _ask_no_more() -> None:
    st.session_state[_ASKED] = False


def _forget() -> None:
    st.session_state[_SAID] = None


def _repair() -> None:
    _ask_no_more()
    try:
        repaired = resources.repair_log()
    except StorageError as error:
        st.session_state[_PROBLEM] = str(error)
        return
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        st.session_state[_PROBLEM] = f"The history could not be repaired: {reason}. Mend that and try again."
        return
    st.session_state[_SAID] = repaired.in_words() if repaired else "It opens; somebody has repaired it a moment ago."


def _try() -> None:
    opened = resources.open_log()
    if opened.log is None:
        return
    try:
        opened.log.database.try_writing()
    except StorageError as error:
        st.session_state[_PROBLEM] = f"Tried again: {error}"
