"""What this process was asked since it started, as figures for whoever watches the server. They start at zero with it."""

from __future__ import annotations

from enum import StrEnum

from pipelines.passes import Pass
from storage.records import Comparison

SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
"""Upper ends of the bins: an ask from the log takes hundredths of a second, one that waits for a checkpoint to load many."""


class Way(StrEnum):
    """How an ask came."""

    PAGE = "page"
    HTTP = "http"


class End(StrEnum):
    """What became of an ask."""

    SAVED = "saved"
    NOT_WANTED = "not_wanted"
    """Answered; the person wanted no trace in the log."""
    WAITING = "waiting"
    """Answered, and could not be saved yet."""
    REFUSED = "refused"


class Figures:
    """Counts of one process. Any thread may call it."""

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter, Histogram  # some 50 ms that no first page waits for

        self.registry = CollectorRegistry()
        self._asks = Counter(
            "maskboard_asks",
            "Asks of one prompt, by how they came and what became of them.",
            ["way", "end"],
            registry=self.registry,
        )
        self._answers = Counter(
            "maskboard_answers",
            "Answers given, one for each checkpoint and mask; reused: from the log, without running a model.",
            ["checkpoint", "reused"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "maskboard_ask_duration_seconds",
            "From an ask to its answers, waiting and saving included.",
            ["way"],
            buckets=SECONDS,
            registry=self.registry,
        )
        work = ["work"]
        self._passes = Counter("maskboard_passes", "Forward passes.", work, registry=self.registry)
        self._rows = Counter("maskboard_pass_rows", "Sequences of all forward passes together.", work, registry=self.registry)
        self._tokens = Counter("maskboard_pass_tokens", "Tokens of all forward passes together.", work, registry=self.registry)
        for way in Way:
            self._seconds.labels(way)
            for end in End:
                self._asks.labels(way, end)

    def answered(self, way: Way, end: End, comparison: Comparison, seconds: float) -> None:
        """Count an ask that was answered."""
        self._asks.labels(way, end).inc()
        self._seconds.labels(way).observe(seconds)
        for each in comparison.answers:
            self._answers.labels(each.answer.checkpoint.name, str(each.reused).lower()).inc()

    def passed(self, each: Pass) -> None:
        """Count a forward pass."""
        work = "batch" if each.background else "ask"
        self._passes.labels(work).inc()
        self._rows.labels(work).inc(each.rows)
        self._tokens.labels(work).inc(each.tokens)

    def refused(self, way: Way) -> None:
        """Count an ask that was not answered; why was said to the person."""
        self._asks.labels(way, End.REFUSED).inc()
