"""All rows of what a page shows, as a file: a format is chosen, the file is made in the background, a link fetches it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from dashboard import resources
from dashboard.components.problem import show_notice, show_problem
from dashboard.export_rows import Offered
from dashboard.offers import WHY_GONE, offers
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
        snapshot: the copy of the log that the page shows, and no other is exported; without one, a copy of now.
    """
    with _menu(key):
        st.fragment(_box)(source, key, snapshot)


def show_exports(offered: Sequence[Offered], key: str) -> None:
    """A menu that gives all rows of one of several kinds, whichever is chosen in it."""
    with _menu(key):
        st.fragment(_choice)(tuple(offered), key)


def _menu(key: str) -> st.delta_generator.DeltaGenerator:
    return st.popover("Export", icon=":material/download:", type="tertiary", key=f"export_{key}")


def _choice(offered: tuple[Offered, ...], key: str) -> None:
    known = {each.title: each for each in offered}
    chosen = known[st.selectbox("Rows", list(known), key=f"export_rows_{key}")]
    st.caption(chosen.meaning)
    _box(chosen.source, key, None)


def _box(source: Source, key: str, snapshot: Snapshot | None) -> None:
    form = st.segmented_control(
        "Format", list(FORMATS), default=Format.CSV, format_func=FORMATS.__getitem__, key=f"export_format_{key}", required=True
    )
    raw = form is Format.CSV and st.toggle("Raw cells", key=f"export_raw_{key}", help=_RAW)
    start = partial(_start, source, key, form, snapshot, raw=raw)
    if (problem := st.session_state.get(_problem_slot(key))) is not None:
        show_problem("Not exported", problem)
    preparation = _known(source, form, raw, key, snapshot)
    if preparation is not None and preparation.state is PreparationState.RUNNING:
        st.fragment(_watch, run_every=1.0)(preparation, key)
        return
    prepared = preparation.prepared if preparation is not None and preparation.is_kept else None
    if preparation is None or prepared is None:
        if preparation is not None:
            _show_end(preparation)
        st.button("Prepare the file", key=f"export_prepare_{key}", type="primary", on_click=start)
        return
    if snapshot is None and _is_behind(preparation):
        show_notice("Not the newest", "The history has changed since this file was prepared. Prepare it again for what is new.")
    _show_prepared(prepared, key)
    st.button("Prepare it again", key=f"export_anew_{key}", type="tertiary", on_click=start)


def _start(source: Source, key: str, form: Format, snapshot: Snapshot | None, *, raw: bool) -> None:
    state = st.session_state
    state.pop(_problem_slot(key), None)
    if (before := state.pop(_slot(key), None)) is not None:
        before.forget()
    try:
        shared = offers()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        state[_problem_slot(key)] = (
            f"There is no place for files where the dashboard runs: {reason}. Make room in its folder for temporary files."
        )
        return
    # The page looks for the log, the thread copies it: copying may take seconds.
    take = partial(_copy, resources.open_log(), snapshot)
    preparation = state[_slot(key)] = Preparation(source, form, shared, take, raw=raw)
    preparation.start()
    preparation.wait(AT_ONCE)


def _known(source: Source, form: Format, raw: bool, key: str, snapshot: Snapshot | None) -> Preparation | None:
    """What was prepared here for the same rows and format, and of the copy that the page shows; else it is no answer."""
    kept: Preparation | None = st.session_state.get(_slot(key))
    if kept is None or (kept.source, kept.form, kept.raw) != (source, form, raw):
        return None
    return None if snapshot is not None and kept.snapshot not in (None, snapshot) else kept


def _slot(key: str) -> str:
    return f"export_prepared_{key}"


def _problem_slot(key: str) -> str:
    return f"export_problem_{key}"


def _copy(opened: OpenLog, snapshot: Snapshot | None) -> Snapshot:
    if opened.copies is None:
        raise StorageError(opened.problem or "The history cannot be read.")
    if snapshot is None:
        return opened.copies.to_read(fresh=True)
    if not snapshot.path.exists():
        raise StorageError(
            "The copy of the history that this answer was read from has been replaced by a newer one.",
            remedy="Run the statement again, and export what it finds then.",
        )
    return snapshot


def _is_behind(preparation: Preparation) -> bool:
    copies, snapshot = resources.open_log().copies, preparation.snapshot
    return copies is not None and snapshot is not None and copies.is_behind(snapshot)


def _show_end(preparation: Preparation) -> None:
    if preparation.state is PreparationState.FAILED:
        show_problem("Not exported", preparation.problem)
    elif preparation.state is PreparationState.CANCELLED:
        show_notice("Stopped", "Nothing was kept.")
    else:
        show_notice("No longer there", f"The file was prepared and is gone. {WHY_GONE} Prepare it again.")


def _watch(preparation: Preparation, key: str) -> None:
    if preparation.state is not PreparationState.RUNNING:
        st.rerun()
    st.text(f"{count(preparation.rows, 'row')} so far")
    if st.button("Cancel", key=f"export_cancel_{key}", icon=":material/close:"):
        preparation.cancel()


def _show_prepared(prepared: Prepared, key: str) -> None:
    st.text(f"{count(prepared.manifest.rows, 'row')}, {size_in_words(prepared.manifest.bytes or 0)}. Kept for up to an hour.")
    # Made by the server of letters that are its own, and sent as files to keep: no text of a person is in these links.
    st.link_button("Save the file", prepared.link, key=f"export_file_{key}", type="primary", icon=":material/download:")
    st.link_button("Save its manifest", prepared.manifest_link, key=f"export_manifest_{key}", type="tertiary", help=_MANIFEST)
