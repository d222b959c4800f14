"""Is it real? What the paired tests say, in words, n first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa
import streamlit as st

from dashboard.components.chart_box import download_menu
from dashboard.definitions import DEFINITIONS
from pipelines.statistics import FEWEST_FOR_INTERVAL

if TYPE_CHECKING:
    from pipelines.statistics import Difference

MOST_SENTENCES = 12
"""Of many checkpoints there are hundreds of pairs; the clearest are shown, and the file holds all of them."""

_TABLE = pa.schema(
    {
        "compared": pa.string(), "difference": pa.float64(), "low": pa.float64(), "high": pa.float64(), "n": pa.int64(),
        "p": pa.float64(), "p_holm": pa.float64(), "test": pa.string(), "verdict": pa.string(),
    }
)  # fmt: skip


class Tested(Protocol):
    """A difference that was tested."""

    @property
    def difference(self) -> Difference: ...
    @property
    def p_holm(self) -> float | None: ...
    @property
    def verdict(self) -> str: ...


def show_verdicts(groups: Mapping[str, Sequence[Tested]], *, key: str, nothing: str, part: str | None = None) -> None:
    """One sentence for each difference that was tested, one group at a time.

    Args:
        groups: differences by what was compared, such as `accuracy at 1`.
        key: of the choice of a group, and its name in the address; another one on each page, whose groups differ.
        nothing: what is said where there is nothing to compare.
        part: which part of the history it is, as `chart_box` takes it.
    """
    st.subheader("Is it real?", anchor=False, help=DEFINITIONS["real"])
    known = {name: tested for name, tested in groups.items() if tested}
    if not known:
        st.caption(nothing)
        return
    shown = next(iter(known))
    if len(known) > 1:
        shown = st.radio(
            "What is compared", list(known), key=key, horizontal=True, label_visibility="collapsed", bind="query-params"
        )
    tested = known.get(shown) or next(iter(known.values()))
    told = [each for each in tested if each.difference.low is not None]
    few = len(tested) - len(told)
    if few == 1:
        told, few = list(tested), 0
    if told:
        with st.container(border=True, gap="small"):
            for each in told if len(told) <= MOST_SENTENCES else clearest(told):
                st.text(each.verdict)
    if len(told) > MOST_SENTENCES:
        st.caption(f"The {MOST_SENTENCES} clearest of {len(told):,} pairs; the download holds all of them.")
    if few:
        others = "more comparisons" if told else "comparisons"
        st.text(f"{few:,} {others} rest on under {FEWEST_FOR_INTERVAL} prompts each: too few to tell.")
    st.caption(DEFINITIONS["real"])
    download_menu("differences", lambda: differences_table(known), part=part)


def nothing_to_test(checkpoints: int) -> str:
    """Why there is no difference."""
    if checkpoints < 2:
        return "One checkpoint has answered these prompts. Ask two or more, and the difference is tested here."
    return "No two checkpoints have answered the same prompts with figures that are known, so there is nothing to test."


def clearest(tested: Sequence[Tested]) -> list[Tested]:
    """Those with the smallest p, and of equal ones the largest differences."""
    by_clarity = sorted(tested, key=lambda each: (1.0 if each.p_holm is None else each.p_holm, -abs(each.difference.mean)))
    return by_clarity[:MOST_SENTENCES]


def differences_table(groups: Mapping[str, Sequence[Tested]]) -> pa.Table:
    """Every difference with its figures, for a file."""
    rows = [
        {
            "compared": name, "difference": each.difference.mean, "low": each.difference.low, "high": each.difference.high,
            "n": each.difference.n, "p": each.difference.p, "p_holm": each.p_holm, "test": each.difference.test,
            "verdict": each.verdict,
        }
        for name, tested in groups.items()
        for each in tested
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=_TABLE)
