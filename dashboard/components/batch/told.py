"""What came of a batch, read once and remembered while batches run: every chunk moves the log, and a summary takes seconds."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from dashboard import from_log, resources
from pipelines.batch import Summary, summarise
from pipelines.batch.by_tag import ByTag, by_tag
from storage.log import Log

_TOLD, _WANTED = "batch_told", "batch_to_tell"


@dataclass(frozen=True, slots=True)
class Told:
    """A batch as it was when it was summarised."""

    run_id: str
    version: int
    """Of the log."""
    moving: bool
    """Whether it was on its way then."""
    summary: Summary
    tags: ByTag


def told(log: Log, run_id: str, *, moving: bool, unasked: bool) -> Told | None:
    """The summary, or None where nobody has asked for it yet. Raises `BatchProblem` and `StorageError`.

    What was told stays while batches move the log; the page offers to bring it up to date.

    Args:
        log: holds the batch.
        run_id: of the batch.
        moving: whether it is on its way: what was told then is told anew at its end.
        unasked: whether it is made without being asked for, because that is quick and nobody watches the batch meanwhile.
    """
    kept: Told | None = st.session_state.get(_TOLD)
    known = kept if kept is not None and kept.run_id == run_id and kept.moving == moving else None
    if st.session_state.pop(_WANTED, None) != run_id:
        if known is not None and (known.version == log.version or resources.batches().at_work or not unasked):
            return known
        if not unasked:
            return None
    version = log.version
    with st.spinner("Summarising", show_time=True):
        summary = from_log.answer_of(log, summarise, run_id)
        found = Told(run_id, version, moving, summary, from_log.answer_of(log, by_tag, run_id))
    st.session_state[_TOLD] = found
    return found


def tell(run_id: str) -> None:
    """Summarise it as it is now. To be called from a callback."""
    st.session_state[_WANTED] = run_id
