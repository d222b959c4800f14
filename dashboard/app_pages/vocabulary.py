"""Vocabulary: whether the checkpoints say the same words, and whose words are whose. Needs no model."""

import streamlit as st

from dashboard import from_log
from dashboard.components.common_prompts import comparable
from dashboard.components.history_page import chosen_depth, depth_box, found_in, selected_history
from dashboard.components.pairs_panel import show_pairs
from dashboard.components.regions_panel import show_marking, show_regions
from dashboard.components.verdicts import show_verdicts
from dashboard.components.word_explorer import word_explorer
from pipelines.analysis.overlap import overlap
from pipelines.analysis.vocabulary import vocabulary

st.title("Do they say the same words?", anchor=False)
log, selection = selected_history(beside=depth_box)
depth = chosen_depth()
agreement = found_in(log, overlap, selection, depth=depth)

show_pairs(agreement, selection)
if agreement.pairs:
    show_verdicts(
        {"RBO": agreement.contrasts},
        key="more_alike",
        nothing="Only one pair has answered the same prompts. With a second pair, it is tested here which of them agrees more.",
    )
shared = comparable(log, selection)
words = found_in(log, vocabulary, shared, depth=depth)
if words.regions:
    styles = from_log.styles_of(log, words.checkpoints)
    show_regions(words, styles, selection)
    show_marking(words, styles, selection)
word_explorer(log, selection, agreement.checkpoints)
