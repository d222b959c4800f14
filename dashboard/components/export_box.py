"""All rows of what a page shows, as a file: a format is chosen, the file is made in the background, a link fetches it."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboard import resources
from dashboard.components.problem import show_notice, show_problem
from dashboard.offers import offers
from dashboard.preparations import Preparation, PreparationState, Prepared
from dashboard.resources import OpenLog
from dashboard.wording import count
from pipelines.catalogue import size_in_words
from storage.errors import StorageError
from storage.exports import Source
from storage.output import Format
from storage.snapshots import Snapshot

FORMATS = {Format.CSV: "CSV", Format.PARQUET: "Parquet", Format.JSON: "JSON"}
AT_ONCE = 2.0
"""Seconds: most files are made while the button is still pressed, so to say."""
_RAW = "Every cell as it is, for programs. A spreadsheet takes a cell that starts with = + - or @ for a formula and runs it."
_MANIFEST = "What the rows are: statement and values, filters, columns, checkpoints with their hashes, versions, sha256."


def show_export(source: Source, key: str, snapshot: Snapshot | None = None) -> None:
    """A menu that gives all rows of `source`.

    Args:
        source: what to write, of `storage.exports.of_view` or `of_query`.
        key: unique on the page.
        snapshot: the copy of the log that the page shows; without one, a copy of now.
    """
    with st.popover("Export", icon=":material/download:", type="tertiary", key=f"export_{key}"):
        st.fragment(_box)(source, key, snapshot)


def _box(source: Source, key: str, snapshot: Snapshot | None) -> None:
    form = st.segmented_control(
        "Format", list(FORMATS), default=Format.CSV, format_func=FORMATS.__getitem__, key=f"export_format_{key}", required=True
    )
    raw = form is Format.CSV and st.toggle("Raw cells", key=f"export_raw_{key}", help=_RAW)
    start = partial(_start, source, key, form, snapshot, raw=raw)
    preparation = _known(source, form, raw, key)
    if preparation is None or preparation.state in (PreparationState.FAILED, PreparationState.CANCELLED):
        if preparation is not None:
            _show_end(preparation)
        st.button("Prepare the file", key=f"export_prepare_{key}", type="primary", on_click=start)
    elif preparation.prepared is not None:
        _show_prepared(preparation.prepared, key)
        st.button("Prepare it anew", key=f"export_anew_{key}", type="tertiary", on_click=start)
    else:
        st.fragment(_watch, run_every=1.0)(preparation, key)


def _start(source: Source, key: str, form: Format, snapshot: Snapshot | None, *, raw: bool) -> None:
    if (before := st.session_state.get(_slot(key))) is not None:
        before.forget()
    # The page looks for the log, the thread copies it: copying may take seconds.
    take = partial(_copy, resources.open_log(), snapshot)
    preparation = st.session_state[_slot(key)] = Preparation(source, form, offers(), take, raw=raw)
    preparation.start()
    preparation.wait(AT_ONCE)


def _known(source: Source, form: Format, raw: bool, key: str) -> Preparation | None:
    """What was prepared here for the same rows and format; for others it is no answer."""
    kept: Preparation | None = st.session_state.get(_slot(key))
    if kept is None or (kept.source, kept.form, kept.raw) != (source, form, raw):
        return None
    return kept if kept.prepared is None or kept.is_kept else None


def _slot(key: str) -> str:
    return f"export_prepared_{key}"


def _copy(opened: OpenLog, snapshot: Snapshot | None) -> Snapshot:
    if snapshot is not None and snapshot.path.exists():
        return snapshot
    if opened.copies is None:
        raise StorageError(opened.problem or "The history cannot be read.")
    return opened.copies.to_read(fresh=True)


def _show_end(preparation: Preparation) -> None:
    if preparation.state is PreparationState.FAILED:
        show_problem("Not exported", preparation.problem)
    else:
        show_notice("Stopped", "Nothing was kept.")


def _watch(preparation: Preparation, key: str) -> None:
    if preparation.state is not PreparationState.RUNNING:
        st.rerun()
    st.text(f"{count(preparation.rows, 'row')} so far")
    if st.button("Cancel", key=f"export_cancel_{key}", icon=":material/close:"):
        preparation.cancel()


def _show_prepared(prepared: Prepared, key: str) -> None:
    st.text(f"{count(prepared.manifest.rows, 'row')}, {size_in_words(prepared.manifest.bytes or 0)}. Kept for an hour.")
    # Made by the server of letters that are its own, and sent as files to keep: no text of a person is in these links.
    st.link_button("Save the file", prepared.link, key=f"export_file_{key}", type="primary", icon=":material/download:")
    st.link_button("Save its manifest", prepared.manifest_link, key=f"export_manifest_{key}", type="tertiary", help=_MANIFEST)
