"""Which checkpoints are compared where no prompt was answered by all that are selected: those with most prompts in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import streamlit as st

from dashboard.components.history_page import found_in
from dashboard.from_log import exact_names
from dashboard.wording import count, listed
from storage import measures
from storage.database import Database
from storage.log import Log
from storage.measures import SelectedCheckpoint
from storage.selection import Selection

MOST_GROUPS = 4


@dataclass(frozen=True, slots=True)
class Group:
    """Checkpoints that answered the same prompts."""

    checkpoints: tuple[SelectedCheckpoint, ...]
    n_prompts: int
    """Distinct prompts that all of them answered."""


@dataclass(frozen=True, slots=True)
class InCommon:
    """What the checkpoints of a selection have in common."""

    checkpoints: tuple[SelectedCheckpoint, ...]
    groups: tuple[Group, ...]
    """At least two checkpoints each, the one to compare first. One group of all where they have a prompt in common."""

    @property
    def of_all(self) -> bool:
        """Whether some prompt was answered by every one of them."""
        return any(len(group.checkpoints) == len(self.checkpoints) for group in self.groups)


def comparable(log: Log, selection: Selection) -> Selection:
    """The selection, or that part of it whose checkpoints have prompts in common.

    A sentence says which are left out, and a button for each of the other groups compares those instead.
    """
    found = found_in(log, in_common, selection)
    if found.of_all or len(found.checkpoints) < 2:
        return selection
    nothing = f"No prompt was answered by all {len(found.checkpoints)} checkpoints"
    if not found.groups:
        st.text(f"{nothing}, nor by any two of them, so there is nothing in common to compare.")
        return selection
    shown, *others = found.groups
    left_out = [each.label for each in found.checkpoints if each not in shown.checkpoints]
    # Names of anywhere could be read as markup in a caption, or in the label of a button.
    st.text(
        f"{nothing}, so {_names(shown)}, which have {count(shown.n_prompts, 'prompt')} in common, are compared here, and "
        f"{listed(left_out)} {'is' if len(left_out) == 1 else 'are'} left out."
    )
    exact = exact_names(log)
    for place, group in enumerate(others, start=1):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(f"{_names(group)} have {count(group.n_prompts, 'prompt')} in common.", width="content")
            names = [exact[each.checkpoint_id] for each in group.checkpoints]
            st.button("Compare these", key=f"group_{place}", on_click=_choose, args=(names,))
    return replace(selection, checkpoints=tuple(exact[each.checkpoint_id] for each in shown.checkpoints))


def in_common(database: Database, selection: Selection) -> InCommon:
    """Which checkpoints answered the same masks of the same prompts: the most frequent company first, then the largest."""
    checkpoints = measures.checkpoints(database, selection)
    figures = measures.figures(database, selection)
    answered: dict[tuple[int, int], set[int]] = {}
    columns = (figures[name].to_pylist() for name in ("prompt_id", "mask_index", "checkpoint_id"))
    for prompt, mask, checkpoint in zip(*columns, strict=True):
        answered.setdefault((prompt, mask), set()).add(checkpoint)
    prompts: dict[frozenset[int], set[int]] = {}
    for (prompt, _), company in answered.items():
        prompts.setdefault(frozenset(company), set()).add(prompt)
    everyone = frozenset(each.checkpoint_id for each in checkpoints)
    if everyone in prompts:
        return InCommon(checkpoints, _groups([everyone], prompts, checkpoints))
    companies = Counter({company: len(own) for company, own in prompts.items() if len(company) > 1})
    ranked = sorted(companies, key=lambda company: (-companies[company], -len(company), sorted(company)))
    return InCommon(checkpoints, _groups(ranked[:MOST_GROUPS], prompts, checkpoints))


def _groups(
    companies: Collection[frozenset[int]], prompts: dict[frozenset[int], set[int]], checkpoints: Sequence[SelectedCheckpoint]
) -> tuple[Group, ...]:
    return tuple(
        Group(
            tuple(each for each in checkpoints if each.checkpoint_id in company),
            len(set().union(*(own for larger, own in prompts.items() if company <= larger))),
        )
        for company in companies
    )


def _names(group: Group) -> str:
    return listed([each.label for each in group.checkpoints])


def _choose(names: Sequence[str]) -> None:
    st.session_state["checkpoints"] = list(names)
