"""Loaded checkpoints, shared by all sessions: each is read once, in the background, and says how far it is."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import StrEnum

from pipelines import checkpoints, fill_mask
from pipelines.errors import PipelineError
from pipelines.passes import Pass, Passes
from pipelines.settings import Settings
from pipelines.vocabulary import read_mask_token
from storage.records import Checkpoint


class ShelfState(StrEnum):
    """How far a checkpoint is on its way into memory."""

    AWAY = "not loaded"
    LOADING = "loading"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ShelfEntry:
    """What a page shows of one checkpoint."""

    name: str
    state: ShelfState
    problem: str | None = None
    """One sentence, where the state is failed."""
    seconds: float | None = None
    """How long loading took, or has taken so far."""


@dataclass(slots=True)
class _Place:
    checkpoint: Checkpoint
    future: Future[fill_mask.LoadedCheckpoint]
    started: float = field(default_factory=time.monotonic)
    finished: float | None = None

    def finish(self, _: Future[fill_mask.LoadedCheckpoint]) -> None:
        self.finished = time.monotonic()


class Shelf:
    """One for the whole process. All methods may be called from any thread."""

    def __init__(
        self,
        settings: Settings,
        *,
        watch: Callable[[Pass], None] = lambda each: None,
        on_loaded: Callable[[], None] = lambda: None,
    ) -> None:
        """`watch` is told of every forward pass, in the thread that runs it; `on_loaded` when nothing is left to load."""
        self.settings = settings
        self._on_loaded = on_loaded
        self._n_loading = 0
        self._lock = threading.Lock()
        self._places: dict[str, _Place] = {}
        # One at a time: two loads side by side share the same two cores and neither is ready sooner.
        self._loader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="shelf")
        self._passes = Passes(watch=watch)

    def identify(self, name: str) -> Checkpoint:
        """Which exact weights the name stands for now, without loading them. Raises `CheckpointError`."""
        return checkpoints.identify(self._located(name), self.settings)

    def mask_token(self, name: str) -> str | None:
        """The mask as the checkpoint itself spells it, where its configuration says so. Raises `CheckpointError`."""
        return read_mask_token(self._located(name).folder)

    def prepare(self, *names: str) -> None:
        """Start loading in the background. Raises nothing: what goes wrong is told by `entry` and by `get`."""
        for name in names:
            try:
                self._place(name)
            except PipelineError:
                continue  # `entry` and `get` look again and say it to the person who asks

    def entry(self, name: str) -> ShelfEntry:
        """How far a checkpoint is. Never waits."""
        with self._lock:
            place = self._places.get(name)
        if place is None:
            return ShelfEntry(name, ShelfState.AWAY)
        seconds = (place.finished or time.monotonic()) - place.started
        if not place.future.done():
            return ShelfEntry(name, ShelfState.LOADING, seconds=seconds)
        if (problem := place.future.exception()) is not None:
            return ShelfEntry(name, ShelfState.FAILED, problem=str(problem), seconds=seconds)
        return ShelfEntry(name, ShelfState.READY, seconds=seconds)

    def get(self, name: str) -> fill_mask.LoadedCheckpoint:
        """The checkpoint in memory; waits for it. Raises `CheckpointError`, `LoadError` or `WordMapError`."""
        return self._place(name).future.result()

    def give_way(self) -> None:
        """Wait while somebody asks, a second at most: for what a batch does beside its passes, such as saving."""
        self._passes.give_way()

    def close(self) -> None:
        """Let the threads end. Asks get their answers first, a batch is stopped; then checkpoints in memory answer no more."""
        self._loader.shutdown(wait=True, cancel_futures=True)
        self._passes.close()

    def _located(self, name: str) -> checkpoints.Located:
        return checkpoints.require(name, self.settings)

    def _load(self, located: checkpoints.Located, checkpoint: Checkpoint) -> fill_mask.LoadedCheckpoint:
        try:
            loaded = fill_mask.load(located, checkpoint, self._passes)
            if checkpoints.identify(located, self.settings) != checkpoint:
                raise fill_mask.LoadError(f"The files of {checkpoint.name} changed while they were read. Ask again.")
            return loaded
        finally:
            with self._lock:
                self._n_loading -= 1
                is_last = self._n_loading == 0
            if is_last:
                self._on_loaded()

    def _place(self, name: str) -> _Place:
        """The place of the weights that the name stands for now: exchanged files are loaded afresh, a failure is retried."""
        located = self._located(name)
        checkpoint = checkpoints.identify(located, self.settings)
        with self._lock:
            place = self._places.get(name)
            failed = place is not None and place.future.done() and place.future.exception() is not None
            if place is None or failed or place.checkpoint != checkpoint:
                future = self._loader.submit(self._load, located, checkpoint)
                self._n_loading += 1
                place = self._places[name] = _Place(checkpoint, future)
                future.add_done_callback(place.finish)
            return place
