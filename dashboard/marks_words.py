"""Stars, tags and notes in words. Pure functions; what they return is plain text, and may hold anybody's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from dashboard.wording import count, listed, moment
from storage.annotations import Annotations, Star, Tag

MOST_NAMES = 4
"""Of those who starred something; more are counted."""


def star_label(stars: Sequence[Star], *, wordy: bool) -> str:
    """What stands on the button.

    >>> star_label((), wordy=False), star_label((), wordy=True)
    ('☆', '☆ Star')
    >>> star_label([Star("Ada", datetime.min), Star("Ben", datetime.min)], wordy=True)
    '★ Starred by 2'
    """
    if not stars:
        return "☆ Star" if wordy else "☆"
    if len(stars) == 1:
        return "★ Starred" if wordy else "★"
    return f"★ Starred by {len(stars):,}" if wordy else f"★ {len(stars):,}"


def star_meaning(stars: Sequence[Star], author: str | None) -> str:
    """What a click on the button does. Names nobody: the browser reads it as markup."""
    if any(star.author in (author, None) for star in stars):
        return "Starred. A click takes the star off."
    return "Starred by others. A click adds your star." if stars else "A click puts a star here, to find it again."


def starred_in_words(stars: Sequence[Star]) -> str:
    """
    >>> starred_in_words([Star("Ada", datetime.min), Star(None, datetime.min)])
    'starred by Ada and somebody'
    """
    names = [star.author or "somebody" for star in stars]
    if len(names) > MOST_NAMES:
        names = [*names[: MOST_NAMES - 1], f"{len(names) - MOST_NAMES + 1:,} others"]
    return f"starred by {listed(names)}" if names else ""


def tags_in_words(tags: Sequence[Tag]) -> str:
    """
    >>> tags_in_words([Tag("", "to check", None, datetime.min)])
    '#to check'
    """
    return " · ".join(f"#{tag.text}" for tag in tags)


def marks_in_short(label: str | None, marks: Annotations) -> str:
    """The label, the tags and how many notes there are, in the line of a list."""
    notes = count(len(marks.notes), "note") if marks.notes else ""
    return " · ".join(part for part in (f"“{label}”" if label else "", tags_in_words(marks.tags), notes) if part)


def who_and_when(author: str | None, when: datetime) -> str:
    """
    >>> who_and_when("Ada", datetime(2026, 3, 7, 9, 5))
    'Ada, 7 Mar 2026, 09:05 UTC'
    """
    return f"{author}, {moment(when)}" if author else moment(when)
