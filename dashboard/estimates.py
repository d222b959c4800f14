"""Figures with their uncertainty in words. Pure functions; what they return is plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipelines.statistics import Interval

FEWEST_FOR_INTERVAL = 15
"""Distinct prompts; under these no interval is drawn. That of `pipelines.statistics`, which imports scipy; a test compares."""


def figure(value: float | None, digits: int = 2) -> str:
    """
    >>> figure(0.4567), figure(None), figure(1234.5)
    ('0.46', '-', '1,234.50')
    """
    return "-" if value is None else f"{value:,.{digits}f}"


def share(value: float | None) -> str:
    """
    >>> share(0.4567), share(None)
    ('46 %', '-')
    """
    return "-" if value is None else f"{100 * value:.0f} %"


def span(interval: Interval | None, *, as_share: bool = False, digits: int = 2) -> str:
    """The ends of an interval, or how many prompts are too few for one."""
    if interval is None:
        return "not known"
    if interval.low is None or interval.high is None:
        return f"n = {interval.n}, no interval"
    if as_share:
        return f"{100 * interval.low:.0f} to {100 * interval.high:.0f} %"
    return f"{interval.low:.{digits}f} to {interval.high:.{digits}f}"


def estimate(interval: Interval | None, *, as_share: bool = False, digits: int = 2, of: int | None = None) -> str:
    """A mean with its interval, such as `0.46 (0.35 to 0.57)`; without interval where too few prompts are known.

    `of` is the n of the line: where the figure is known of other prompts, its own n is said.
    """
    if interval is None:
        return "-"
    mean = share(interval.mean) if as_share else figure(interval.mean, digits)
    if interval.low is None:
        return f"{mean} (n = {interval.n})"
    own = "" if of is None or of == interval.n else f"; n = {interval.n:,}"
    return f"{mean} ({span(interval, as_share=as_share, digits=digits)}{own})"
