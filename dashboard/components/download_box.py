"""The way to a checkpoint that is not on this machine: its size first, then the download, to be watched and stopped."""

from __future__ import annotations

import streamlit as st

from dashboard.components.problem import show_notice, show_problem
from dashboard.downloads import UNDER_WAY, Downloads
from dashboard.resources import look_again, settings
from dashboard.wording import count, duration
from pipelines.catalogue import CatalogueEntry, size_in_words
from pipelines.download import Download, DownloadPlan, DownloadProgress, DownloadState, plan_download
from pipelines.errors import PipelineError


def download_box(entry: CatalogueEntry, downloads: Downloads) -> None:
    """Whatever the next step is: to look up the size, to start, to watch and cancel, to go on after a break."""
    name = entry.name
    if (problem := st.session_state.get(_problem_key(name))) is not None:
        show_problem("Not downloaded", problem)
    download = downloads.of(name)
    if download is None:
        _ask_first(entry, downloads)
        return
    progress = download.progress()
    if progress.state in UNDER_WAY:
        st.fragment(_watch, run_every=1.0)(download)
        return
    if progress.state is DownloadState.DONE:
        return
    if progress.state is DownloadState.CANCELLED:
        show_notice("Stopped", progress.problem or "The download was stopped. What arrived is kept.")
    else:
        show_problem("Not downloaded", progress.problem or "The download ended.")
    with st.container(horizontal=True):
        if st.button("Go on", key=f"go_on_{name}", icon=":material/download:", type="primary"):
            plan = _plan(entry)
            downloads.forget(name)  # only now: without a plan, how it ended and what is kept stays on the page
            downloads.start(plan)
            st.rerun()
        if st.button("Not now", key=f"leave_{name}"):
            downloads.forget(name)
            st.rerun()


def _ask_first(entry: CatalogueEntry, downloads: Downloads) -> None:
    kept = f"plan_{entry.name}"
    plan: DownloadPlan | None = st.session_state.get(kept)
    if plan is None:
        known = "" if entry.weights_bytes is None else f" ({size_in_words(entry.weights_bytes)})"
        if st.button(f"Download{known}", key=f"plan_button_{entry.name}", icon=":material/download:"):
            st.session_state[kept] = _plan(entry)
            st.rerun()
        return
    here = f", of which {size_in_words(plan.bytes_present)} are here already" if plan.bytes_present else ""
    st.text(f"{count(len(plan.files), 'file')}, {size_in_words(plan.bytes_total)}{here}, from {plan.endpoint}")
    with st.container(horizontal=True):
        if st.button("Start the download", key=f"start_{entry.name}", icon=":material/download:", type="primary"):
            del st.session_state[kept]
            downloads.start(plan)
            st.rerun()
        if st.button("Not now", key=f"not_now_{entry.name}"):
            del st.session_state[kept]
            st.rerun()


def _plan(entry: CatalogueEntry) -> DownloadPlan:
    """What would be fetched; where that cannot be had, the page is drawn again with the reason until the next try."""
    st.session_state.pop(_problem_key(entry.name), None)
    try:
        with st.spinner("Asking the hub for the size"):
            return plan_download(entry, settings())
    except PipelineError as error:
        st.session_state[_problem_key(entry.name)] = str(error)
        st.rerun()


def _problem_key(name: str) -> str:
    return f"download_problem_{name}"


def _watch(download: Download) -> None:
    progress = download.progress()
    if progress.state not in UNDER_WAY:
        look_again()
        st.rerun()
    share = progress.bytes_done / progress.bytes_total if progress.bytes_total else 0.0
    st.progress(min(share, 1.0), text=in_words(progress))
    if st.button("Cancel", key=f"cancel_{progress.name}", icon=":material/close:"):
        download.cancel()


def in_words(progress: DownloadProgress) -> str:
    """How a download stands, such as "120 MB of 440 MB, 5.2 MB a second, about 1 min left"."""
    parts = [f"{size_in_words(progress.bytes_done)} of {size_in_words(progress.bytes_total)}"]
    if progress.state is DownloadState.WAITING:
        parts.append("waiting")
    elif progress.bytes_per_second is not None:
        parts.append(f"{size_in_words(round(progress.bytes_per_second))} a second")
    if progress.seconds_left is not None:
        parts.append(f"about {duration(progress.seconds_left)} left")
    return ", ".join(parts)
