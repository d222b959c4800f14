"""Who waits for passes, and which rows share the next one. Nothing here waits or runs."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

from pipelines.rows import Row, Scored

TOKEN_BUDGET = 512
"""Tokens of one forward pass. The products of a layer reach 57 GFLOP/s on one core with 24 tokens, 74 with 64, 82 with 128, 87
with 256, 91 with 512 and no more beyond: more would only take memory, and keep people waiting."""
MOST_TOKENS = TOKEN_BUDGET * 9 // 8
"""What a pass may have for once, where else a small one would be left over."""


class Model(Protocol):
    """What a pass runs."""

    def tokens(self, lengths: Sequence[int]) -> int:
        """How many a pass over rows of these lengths computes, with the padding that it needs. From any thread."""

    def forward(self, rows: Sequence[Row], pause: Callable[[], bool]) -> Sequence[Scored]:
        """What each row gets. `pause` is called between layers; it tells whether other passes ran meanwhile.

        Called in the thread of the passes only.
        """


@dataclass(slots=True, eq=False)
class Ticket:
    """Rows that somebody waits for together."""

    model: Model
    rows: Sequence[Row]
    background: bool
    done: Future[list[Scored]] = field(default_factory=Future)
    """What the rows got, in their order."""
    scored: dict[int, Scored] = field(default_factory=dict)
    open: list[int] = field(init=False)
    """Numbers of the rows that no pass has taken yet, shortest row first."""

    def __post_init__(self) -> None:
        self.open = sorted(range(len(self.rows)), key=lambda number: len(self.rows[number].ids))

    def keep(self, number: int, scored: Scored) -> None:
        """Take what one row got; the last one ends the waiting."""
        self.scored[number] = scored
        if len(self.scored) == len(self.rows):
            with suppress(InvalidStateError):  # given up meanwhile
                self.done.set_result([self.scored[each] for each in range(len(self.rows))])

    def fail(self, error: BaseException) -> None:
        """End the waiting with an error."""
        with suppress(InvalidStateError):
            self.done.set_exception(error)


@dataclass(frozen=True, slots=True)
class Place:
    """One row of a ticket."""

    ticket: Ticket
    number: int

    @property
    def row(self) -> Row:
        """The row itself."""
        return self.ticket.rows[self.number]

    @property
    def length(self) -> int:
        """Its pieces."""
        return len(self.row.ids)


def take(line: deque[Ticket]) -> list[Place]:
    """The rows of the next pass: one of the first ticket in the line, and those of about its length from everybody.

    Rows of one model only, an even share of what waits for it, so that no small pass is left over. Who was first goes
    behind the others, so that one who wants many rows keeps nobody waiting for all of them. The rows, and tickets without any
    more, are taken out of the line.
    """
    first = line[0]
    places = [Place(each, number) for each in line if each.model is first.model for number in each.open]
    places.sort(key=lambda place: place.length)
    lengths = [place.length for place in places]
    share = sum(lengths) / math.ceil(sum(lengths) / MOST_TOKENS)

    def fits(one_more: int, others: slice) -> bool:
        within = sum(lengths[others]) + lengths[one_more] / 2 <= share
        both = slice(min(one_more, others.start), max(one_more + 1, others.stop))
        return within and first.model.tokens(lengths[both]) <= MOST_TOKENS

    start = places.index(Place(first, first.open[0]))
    stop = start + 1
    while start > 0 and fits(start - 1, slice(start, stop)):
        start -= 1
    while stop < len(places) and fits(stop, slice(start, stop)):
        stop += 1
    taken = places[start:stop]
    for place in taken:
        place.ticket.open.remove(place.number)
    line.rotate(-1)
    for ticket in tickets(taken):
        if not ticket.open:
            line.remove(ticket)
    return taken


def tickets(places: Sequence[Place]) -> list[Ticket]:
    """The tickets of these rows, each once, in the order of their first place."""
    return list({id(place.ticket): place.ticket for place in places}.values())
