"""What to do where no prompt was answered by all selected checkpoints: choose those that have prompts in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pyarrow as pa
import streamlit as st

from dashboard.components.history_page import found_in
from dashboard.wording import count, listed
from storage import measures
from storage.log import Log
from storage.measures import SelectedCheckpoint
from storage.selection import Selection

MOST_GROUPS = 3


def show_none_in_common(log: Log, selection: Selection, checkpoints: Sequence[SelectedCheckpoint]) -> None:
    """That there is nothing to compare, and a button for each of the largest groups that do have prompts in common."""
    st.caption(
        f"No prompt was answered by all {count(len(checkpoints), 'checkpoint')} of this selection, so there is nothing in "
        "common to compare."
    )
    groups = groups_in_common(found_in(log, measures.figures, selection), checkpoints)
    with st.container(horizontal=True, vertical_alignment="center"):
        for place, (names, n) in enumerate(groups):
            # Names of anywhere could be read as markup in the label of a button.
            st.text(f"{listed(names)} have {count(n, 'prompt')} in common.", width="content")
            st.button("Compare these", key=f"group_{place}", on_click=_choose, args=(names,))


def groups_in_common(figures: pa.Table, checkpoints: Sequence[SelectedCheckpoint]) -> list[tuple[list[str], int]]:
    """Names of checkpoints that answered the same prompts, and how many prompts; the group with the most first.

    `figures` has columns prompt_id and checkpoint_id.
    """
    answered: dict[int, set[int]] = {}
    for prompt, checkpoint in zip(figures["prompt_id"].to_pylist(), figures["checkpoint_id"].to_pylist(), strict=True):
        answered.setdefault(prompt, set()).add(checkpoint)
    groups = Counter(frozenset(them) for them in answered.values() if len(them) > 1)
    names = {each.checkpoint_id: each.name for each in checkpoints}
    found = [
        (list(dict.fromkeys(names[each.checkpoint_id] for each in checkpoints if each.checkpoint_id in group)), n)
        for group, n in groups.most_common(MOST_GROUPS)
    ]
    return [(them, n) for them, n in found if len(them) > 1]


def _choose(names: Sequence[str]) -> None:
    st.session_state["checkpoints"] = list(names)
