"""Models: which checkpoints answer, where they are from, and how to get the full-size ones."""

from itertools import groupby

import streamlit as st

from dashboard import from_log, resources
from dashboard.components.checkpoint_card import show_card
from dashboard.components.problem import show_problem
from dashboard.components.truth_panel import truth_panel
from dashboard.components.without_network import show_without_network
from pipelines.catalogue import Kind, catalogue
from pipelines.checkpoints import locate
from pipelines.errors import PipelineError
from storage.errors import StorageError

HEADINGS = {
    Kind.FULL_SIZE: "Full size",
    Kind.MINI: "Bundled minis: small, and here from the start",
    Kind.OWN: "Your own",
}

st.title("Which checkpoints answer", anchor=False)
try:
    with st.spinner("Looking for checkpoints"):
        library = resources.library()
        entries = catalogue(resources.settings())
        found = {entry.name: locate(entry.name, resources.settings()) for entry in entries}
except PipelineError as error:
    show_problem("The checkpoints cannot be listed", str(error))
    st.stop()

opened = resources.open_log()
try:
    latencies = {each.checkpoint: each for each in from_log.latency(opened.log)} if opened.log else None
except StorageError:
    latencies = None  # the cards say so; Compare and History say why

for kind, group in groupby(entries, key=lambda entry: entry.kind):
    st.subheader(HEADINGS[kind], anchor=False)
    members = list(group)
    for start in range(0, len(members), 3):
        for column, entry in zip(st.columns(3), members[start : start + 3], strict=False):
            with column.container(border=True, height="stretch"):
                show_card(entry, found[entry.name], library.shelf, resources.downloads(), latencies)
    if kind is Kind.FULL_SIZE:
        show_without_network(resources.settings())

truth_panel(resources.checkpoints_at_hand())
