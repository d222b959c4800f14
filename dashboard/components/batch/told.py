"""What came of a batch, read once and remembered while batches run: every chunk moves the log, and a summary takes seconds."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from dashboard import resources
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
    summary: Summary
    tags: ByTag


def told(log: Log, run_id: str, *, moving: bool) -> Told | None:
    """The summary, made anew where the log has moved and no batch is moving it. Raises `BatchProblem` and `StorageError`.

    None of a batch on its way that nobody wanted summarised yet: while a page works on it, nobody sees how far the batch is.
    """
    kept: Told | None = st.session_state.get(_TOLD)
    wanted = st.session_state.pop(_WANTED, None) == run_id
    current = kept is not None and kept.run_id == run_id
    if current and not wanted and (kept.version == log.version or resources.batches().at_work):  # type: ignore[union-attr]
        return kept
    if moving and not wanted:
        return None
    version = log.version
    with st.spinner("Summarising"):
        summary = resources.answer_of(log, summarise, run_id)
        found = Told(run_id, version, summary, resources.answer_of(log, by_tag, run_id))
    st.session_state[_TOLD] = found
    return found


def tell(run_id: str) -> None:
    """Summarise it as it is now. To be called from a callback."""
    st.session_state[_WANTED] = run_id
