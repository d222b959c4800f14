"""The one thread in which all forward passes of a process run: people's asks first, batches between them.

Rows that wait for the same checkpoint go through one pass together, whoever asked for them. A batch gives way between its
passes and, at every layer, within them.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from pipelines.errors import PipelineError
from pipelines.patience import Patience
from pipelines.rows import Row, Scored
from pipelines.tickets import Model, Place, Ticket, take, tickets


class PassesClosed(PipelineError):
    """An ask that came while the process was ending, or a batch that was stopped by it; a batch can be resumed."""


@dataclass(frozen=True, slots=True)
class Pass:
    """One forward pass that is about to run."""

    rows: int
    tokens: int
    """Padding not counted."""
    asked_by: int
    """From how many calls of `Turn.run` the rows are."""
    background: bool


class Turn:
    """One ask, or one stretch of a batch, that needs passes. Made by `Passes.turn`."""

    def __init__(self, passes: Passes, *, background: bool) -> None:
        self._passes = passes
        self._background = background
        self._patience = passes.patience()

    def run(self, model: Model, rows: Sequence[Row]) -> list[Scored]:
        """What the model gives to each row, once their turn has come. Raises what the model raises, and `PassesClosed`."""
        if not rows:
            return []
        scored = self.submit(model, rows)
        try:
            self._passes.serve_here()
            return scored.result()
        finally:
            scored.cancel()  # nobody waits for it any more where Ctrl-C came first

    def submit(self, model: Model, rows: Sequence[Row]) -> Future[list[Scored]]:
        """The same without waiting. The turn must stay open until the result is there. Raises `PassesClosed`."""
        return self._passes.submit(model, rows, background=self._background)

    def give_way(self) -> None:
        """Wait while people's asks are on their way, for the work of a batch between its passes. An ask never waits."""
        if self._background:
            self._passes.give_way(self._patience)


class Passes:
    """The thread and who waits for it. All public methods may be called from any thread."""

    def __init__(
        self, *, watch: Callable[[Pass], None] = lambda each: None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`watch` is told of every pass in the thread that runs it, right before."""
        self._watch = watch
        self._clock = clock
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="passes", initializer=self._begin)
        self._ident: int | None = None
        self._changed = threading.Condition()
        self._asked: deque[Ticket] = deque()
        self._batched: deque[Ticket] = deque()
        self._on_the_way = 0
        self._own_patience = self.patience()
        self._closing = False

    @contextmanager
    def turn(self, *, background: bool = False) -> Iterator[Turn]:
        """Whoever needs passes takes a turn first. While an ask has one, batches wait, also between its passes."""
        with self._changed:
            self._on_the_way += not background
        try:
            yield Turn(self, background=background)
        finally:
            with self._changed:
                self._on_the_way -= not background
                self._changed.notify_all()

    def submit(self, model: Model, rows: Sequence[Row], *, background: bool) -> Future[list[Scored]]:
        """See `Turn.submit`."""
        ticket = Ticket(model, rows, background)
        with self._changed:
            if self._closing:
                raise PassesClosed("Maskboard is ending and computes nothing more. Start it again.")
            self._thread.submit(self._serve)
            self._line(ticket).append(ticket)
            self._changed.notify_all()
        ticket.done.add_done_callback(lambda done: self._leave(ticket))
        return ticket.done

    def give_way(self, patience: Patience | None = None) -> None:
        """Wait while people's asks are on their way, but not for good: for whatever else keeps a core busy."""
        patience = patience or self.patience()
        with self._changed:
            while self._held(patience):
                self._changed.wait(patience.left())

    def serve_here(self) -> None:
        """Where the thread of the passes itself waits for one, nobody else could run it."""
        if threading.get_ident() == self._ident:
            self._serve()

    def patience(self) -> Patience:
        """A new one, by the clock of these passes."""
        return Patience(self._clock)

    def close(self) -> None:
        """End the thread. Asks get their answers first; a batch is stopped and told so."""
        with self._changed:
            self._closing = True
            stopped = tuple(self._batched)
            self._changed.notify_all()
        for ticket in stopped:
            ticket.fail(PassesClosed("Maskboard is ending, so the batch stops here. It goes on from here when resumed."))
        self._thread.shutdown(wait=True)

    def _begin(self) -> None:
        self._ident = threading.get_ident()

    def _line(self, ticket: Ticket) -> deque[Ticket]:
        return self._batched if ticket.background else self._asked

    def _leave(self, ticket: Ticket) -> None:
        """Answered, failed or given up: what no pass has taken yet is not computed."""
        with self._changed, suppress(ValueError):
            self._line(ticket).remove(ticket)

    def _held(self, patience: Patience) -> bool:
        """Whether the work of a batch has to wait now."""
        if self._on_the_way and not self._closing:
            return not patience.ended()
        patience.renew()
        return False

    def _serve(self) -> None:
        while places := self._next(within_batch=False):
            self._run(places)

    def _pause(self) -> bool:
        """Between the layers of a batch's pass: whatever comes first, and whether there was any."""
        ran = False
        if self._on_the_way:  # read without the lock: who comes a moment later is seen at the next layer
            while places := self._next(within_batch=True):
                self._run(places)
                ran = True
        return ran

    def _next(self, *, within_batch: bool) -> list[Place]:
        """The rows of the next pass; none where nothing waits, or where the batch that is being run may go on."""
        with self._changed:
            while True:
                waiting = within_batch or bool(self._batched)
                if waiting and not self._held(self._own_patience):
                    return [] if within_batch else take(self._batched)
                if self._asked:
                    return take(self._asked)
                if not waiting:
                    return []
                self._changed.wait(self._own_patience.left())

    def _run(self, places: Sequence[Place]) -> None:
        waiting = tickets(places)
        background = waiting[0].background
        try:
            self._watch(Pass(len(places), sum(place.length for place in places), len(waiting), background))
            rows = [place.row for place in places]
            scored = waiting[0].model.forward(rows, self._pause if background else lambda: False)
            given = list(zip(places, scored, strict=True))
        except BaseException as error:  # noqa: BLE001 - whatever it is, who asked waits for it
            if len(waiting) == 1:
                waiting[0].fail(error)
                return
            # Each for itself once more: the error belongs to whose rows it comes from.
            for ticket in waiting:
                self._run([place for place in places if place.ticket is ticket])
            return
        for place, each in given:
            place.ticket.keep(place.number, each)
