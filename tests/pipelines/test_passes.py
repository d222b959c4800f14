"""People's asks come first, rows that wait together share a pass, and a batch is neither lost nor starved."""

from __future__ import annotations

import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.answers import Filled, fill
from pipelines.distributions import Question
from pipelines.fill_mask import LoadedCheckpoint
from pipelines.passes import Pass, Passes, PassesClosed
from pipelines.patience import PATIENCE, SLICE
from pipelines.rows import Row, Scored
from pipelines.tickets import MOST_TOKENS, TOKEN_BUDGET, Model, Ticket, take
from tests.pipelines.conftest import MINIS, PROMPTS

LONG = 30
"""Seconds after which a test that waits for what never comes has failed."""

UNREADABLE = 13


def row(length: int = 4, first: int = 1) -> Row:
    return Row((first, *[0] * (length - 1)), (0,))


@dataclass(eq=False)
class Layers:
    """A model of four layers that gives back the first id of every row, and keeps what it was given."""

    given: list[list[Row]] = field(default_factory=list)
    in_layer: Callable[[], None] = lambda: None

    def tokens(self, lengths: Sequence[int]) -> int:
        return sum(lengths)

    def forward(self, rows: Sequence[Row], pause: Callable[[], bool]) -> list[Scored]:
        self.given.append(list(rows))
        if any(each.ids[0] == UNREADABLE for each in rows):
            raise ValueError("cannot read 13")
        for _ in range(4):
            pause()
            self.in_layer()
        return [
            Scored(np.full((1, 1), each.ids[0], dtype=np.float32), np.zeros(1), np.ones((1, 1), dtype=np.float32))
            for each in rows
        ]


class Clock:
    """Time that passes only when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0
        self.asked = threading.Event()

    def __call__(self) -> float:
        self.asked.set()
        return self.now


class Watched(Passes):
    """Keeps the passes that ran, tells how many askers have come, and can be stopped right before its first pass."""

    def __init__(self, clock: Callable[[], float] | None = None) -> None:
        super().__init__(watch=self._note, clock=clock or Clock())
        self.seen: list[Pass] = []
        self.come = threading.Semaphore(0)
        self.at_first = threading.Event()
        self.go_on = threading.Event()

    def _note(self, each: Pass) -> None:
        self.seen.append(each)
        self.at_first.set()
        assert self.go_on.wait(LONG)

    def submit(self, model: Model, rows: Sequence[Row], *, background: bool) -> Future[list[Scored]]:
        submitted = super().submit(model, rows, background=background)
        self.come.release()
        return submitted


@pytest.fixture
def passes() -> Iterator[Watched]:
    passes = Watched()
    yield passes
    passes.go_on.set()
    passes.close()


def stopped_at_a_first_pass(passes: Watched, *, background: bool = False) -> None:
    """What is submitted from here on waits together."""
    passes.submit(Layers(), [row()], background=background)
    assert passes.at_first.wait(LONG)


def values(done: Future[list[Scored]]) -> list[float]:
    return [float(each.logits[0, 0]) for each in done.result(LONG)]


def test_asks_that_arrive_together_go_through_one_pass_and_each_gets_its_own(passes: Watched) -> None:
    model = Layers()
    stopped_at_a_first_pass(passes)
    with passes.turn() as turn:
        done = [turn.submit(model, [row(4 + number, number), row(9 - number, 100 + number)]) for number in range(1, 5)]
        passes.go_on.set()
        assert [values(each) for each in done] == [[number, 100 + number] for number in range(1, 5)]
    (together,) = model.given
    assert [len(each.ids) for each in together] == sorted(len(each.ids) for each in together)
    assert passes.seen[1:] == [Pass(rows=8, tokens=sum(len(each.ids) for each in together), asked_by=4, background=False)]


def test_passes_keep_to_their_budget_and_everybody_is_served_in_turn(passes: Watched) -> None:
    model = Layers()
    stopped_at_a_first_pass(passes)
    with passes.turn() as turn:
        many = turn.submit(model, [row(TOKEN_BUDGET // 4)] * 9)
        long = turn.submit(model, [row(2 * TOKEN_BUDGET, 7)])
        passes.go_on.set()
        assert values(long) == [7]
        assert values(many) == [1] * 9
    # What is left over is parted evenly: no pass for one small row.
    assert [len(each) for each in model.given] == [4, 1, 3, 2]
    assert [len(each[0].ids) for each in model.given][1] == 2 * TOKEN_BUDGET


@given(st.lists(st.integers(3, 60), min_size=1, max_size=90))
def test_every_row_goes_once_and_no_small_pass_is_left_over(lengths: list[int]) -> None:
    line = deque([Ticket(Layers(), [row(length) for length in lengths], background=True)])
    taken = []
    while line:
        taken.append(take(line))
    assert sorted(place.number for places in taken for place in places) == list(range(len(lengths)))
    sizes = [sum(place.length for place in places) for places in taken]
    assert max(sizes) <= MOST_TOKENS
    assert len(sizes) == 1 or min(sizes) > TOKEN_BUDGET / 3


def test_an_ask_overtakes_a_batch_between_two_layers(passes: Watched) -> None:
    batch, ask = Layers(), Layers()
    answered: list[int] = []
    with passes.turn(background=True) as slow, passes.turn() as quick:
        first = slow.submit(batch, [row(TOKEN_BUDGET)] * 5)
        batch.in_layer = lambda: answered.append(len(ask.given))
        done = quick.submit(ask, [row()])
        passes.go_on.set()
        values(done)
        assert batch.given == []
    assert len(values(first)) == 5
    assert answered == [1] * 20


def test_an_ask_that_comes_within_a_pass_of_a_batch_is_answered_before_its_next_layer(passes: Watched) -> None:
    batch, ask = Layers(), Layers()
    answered: list[int] = []
    asked = threading.Event()

    def in_layer() -> None:
        answered.append(len(ask.given))
        if len(answered) == 2:
            batch.in_layer = lambda: answered.append(len(ask.given))
            asked.set()
            assert passes.come.acquire(timeout=LONG)  # the batch
            assert passes.come.acquire(timeout=LONG)  # the ask

    batch.in_layer = in_layer
    passes.go_on.set()
    with ThreadPoolExecutor(1) as thread, passes.turn(background=True) as slow:
        first = thread.submit(slow.run, batch, [row()])
        assert asked.wait(LONG)
        with passes.turn() as quick:
            quick.run(ask, [row()])
        first.result(LONG)
    assert answered == [0, 0, 1, 1]
    assert [each.background for each in passes.seen] == [True, False]


def test_no_pass_of_a_batch_slips_between_two_of_one_ask(passes: Watched) -> None:
    passes.go_on.set()
    with passes.turn(background=True) as slow:
        with passes.turn() as quick:
            waiting = slow.submit(Layers(), [row(TOKEN_BUDGET)] * 3)
            for model in (Layers(), Layers(), Layers()):
                quick.run(model, [row()])
        waiting.result(LONG)
    assert [each.background for each in passes.seen] == [False, False, False, True, True, True]


def test_a_batch_keeps_a_share_however_many_people_ask() -> None:
    clock = Clock()
    passes = Watched(clock)
    stopped_at_a_first_pass(passes)

    def takes(seconds: float) -> Layers:
        def in_layer() -> None:
            clock.now += seconds / 4

        return Layers(in_layer=in_layer)

    with passes.turn(background=True) as slow, passes.turn() as quick:
        batch = slow.submit(takes(SLICE / 2), [row(TOKEN_BUDGET)] * 4)
        asks = [quick.submit(takes(PATIENCE / 4), [row()]) for _ in range(20)]
        passes.go_on.set()
        for each in (batch, *asks):
            each.result(LONG)
    order = [each.background for each in passes.seen[1:]]
    assert order.count(True) == 4
    # Four asks take all its patience. Then a slice holds two of its passes, and people come again.
    assert order[:13] == [False] * 4 + [True] * 2 + [False] * 4 + [True] * 2 + [False]
    passes.close()


def test_the_own_work_of_a_batch_gives_way_as_well() -> None:
    clock = Clock()
    passes = Watched(clock)
    order: list[str] = []

    def work() -> None:
        with passes.turn(background=True) as slow:
            slow.give_way()
            order.append("batch")

    with ThreadPoolExecutor(1) as thread:
        with passes.turn() as quick:
            quick.give_way()  # an ask does not wait for itself
            clock.asked.clear()
            working = thread.submit(work)
            assert clock.asked.wait(LONG)  # it looks at the time only where it has to wait
            order.append("ask")
        working.result(LONG)
    assert order == ["ask", "batch"]
    with passes.turn():
        clock.now += PATIENCE
        patience = passes.patience()
        assert not patience.ended()
        clock.now += PATIENCE
        passes.give_way(patience)  # comes back: for good it never waits
    passes.close()


def test_an_error_reaches_only_those_whose_rows_it_comes_from(passes: Watched) -> None:
    model = Layers()
    stopped_at_a_first_pass(passes)
    with passes.turn() as turn:
        good, bad, other = (turn.submit(model, [row(4, first)]) for first in (5, UNREADABLE, 6))
        passes.go_on.set()
        assert (values(good), values(other)) == ([5], [6])
        with pytest.raises(ValueError, match="cannot read 13"):
            bad.result(LONG)
        assert values(turn.submit(model, [row(4, 8)])) == [8]


def test_what_nobody_waits_for_any_more_is_not_computed(passes: Watched) -> None:
    model, left = Layers(), threading.Event()
    here = threading.main_thread().ident
    assert here is not None

    def in_layer() -> None:
        if not left.is_set():
            signal.pthread_kill(here, signal.SIGINT)
        assert left.wait(LONG)

    model.in_layer = in_layer
    passes.go_on.set()
    with passes.turn(background=True) as turn, pytest.raises(KeyboardInterrupt):
        turn.run(model, [row(TOKEN_BUDGET)] * 1_000)
    left.set()
    with passes.turn() as turn:
        turn.run(Layers(), [row()])
    assert len(model.given) == 1


def test_closing_answers_people_and_stops_a_batch(passes: Watched) -> None:
    stopped_at_a_first_pass(passes)
    with passes.turn(background=True) as slow, passes.turn() as quick:
        ask, batch = quick.submit(Layers(), [row(4, 9)]), slow.submit(Layers(), [row()])
        with ThreadPoolExecutor(1) as thread:
            closing = thread.submit(passes.close)
            with pytest.raises(PassesClosed, match="when resumed"):
                batch.result(LONG)
            passes.go_on.set()
            closing.result(LONG)
        assert values(ask) == [9]
        with pytest.raises(PassesClosed, match="Start it again"):
            quick.run(Layers(), [row()])


def test_a_pass_may_itself_wait_for_others(passes: Watched) -> None:
    passes.go_on.set()
    inner: list[Scored] = []

    def in_layer() -> None:
        with passes.turn() as turn:
            inner.extend(turn.run(Layers(), [row(4, 3)]))

    with ThreadPoolExecutor(1) as thread, passes.turn() as turn:
        thread.submit(turn.run, Layers(in_layer=in_layer), [row()]).result(LONG)
    assert [float(each.logits[0, 0]) for each in inner] == [3, 3, 3, 3]


def asked_alone(minis: tuple[LoadedCheckpoint, ...], number: int) -> Filled:
    prompt = PROMPTS[number * 7 % len(PROMPTS)]
    words = (("he", "unbelievableness"), (), ("London",))[number % 3]
    return fill(minis, [Question(prompt, words)], top_k=5, jointly=prompt.mask_count == 2)


def test_fifty_mixed_asks_at_once_get_the_answers_of_asks_one_by_one(minis: tuple[LoadedCheckpoint, ...]) -> None:
    passes = Watched()
    passes.go_on.set()
    own = tuple(replace(each, passes=passes) for each in minis)
    serial = [asked_alone(own, number) for number in range(50)]
    one_by_one = len(passes.seen)
    with ThreadPoolExecutor(8) as sessions:
        together = list(sessions.map(lambda number: asked_alone(own, number), range(50)))
    passes.close()
    assert len(passes.seen) - one_by_one < one_by_one
    assert max(each.asked_by for each in passes.seen) > 1
    for one, other in zip(serial, together, strict=True):
        for a, b in zip(one.answers, other.answers, strict=True):
            assert (a.answer.prompt, a.answer.mask_index, a.answer.checkpoint) == (
                b.answer.prompt, b.answer.mask_index, b.answer.checkpoint,
            )  # fmt: skip
            assert [line.token_id for line in a.answer.predictions] == [line.token_id for line in b.answer.predictions]
            # Sums of floats depend on what else is in a pass.
            assert logprobs(a.answer.predictions) == pytest.approx(logprobs(b.answer.predictions), abs=2e-5)
            assert [each.logprob for each in a.answer.candidates] == pytest.approx(
                [each.logprob for each in b.answer.candidates], abs=1e-4
            )
        assert [(each.order, each.rank, [slot.token_id for slot in each.slots]) for each in one.fillings] == [
            (each.order, each.rank, [slot.token_id for slot in each.slots]) for each in other.fillings
        ]


def logprobs(lines: Sequence[object]) -> list[float]:
    return [each.logprob for each in lines]  # type: ignore[attr-defined]


def test_an_ask_of_three_checkpoints_overtakes_a_batch_of_them(minis: tuple[LoadedCheckpoint, ...]) -> None:
    passes = Watched()
    own = tuple(replace(each, passes=passes) for each in minis)
    questions = [Question(prompt) for prompt in PROMPTS]
    with ThreadPoolExecutor(2) as threads:
        batch = threads.submit(fill, own, questions, 5, background=True)
        assert passes.come.acquire(timeout=LONG)
        assert passes.at_first.wait(LONG)
        ask = threads.submit(fill, own, questions[:1], 5)
        assert passes.come.acquire(timeout=LONG)
        passes.go_on.set()
        asked, batched = ask.result(LONG), batch.result(2 * LONG)
    passes.close()
    assert [each.background for each in passes.seen[:5]] == [True, False, False, False, True]
    assert len(batched.answers) == sum(prompt.mask_count for prompt in PROMPTS) * len(MINIS)
    assert [each.answer.checkpoint.name for each in asked.answers] == list(MINIS)
