"""Figures for Prometheus: what was asked since the server started, how it is now, and how its routes are used."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import cast

from fastapi import APIRouter
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard import from_log, resources
from dashboard.api.description import refusals
from dashboard.api.reach import rooms
from dashboard.figures import SECONDS
from pipelines import checkpoints
from pipelines.errors import PipelineError
from pipelines.shelf import ShelfState
from storage import history
from storage.errors import StorageError
from storage.files import files_of
from storage.pending import unfinished

router = APIRouter(tags=["Server"])


@router.get(
    "/metrics",
    summary="Figures for Prometheus",
    response_class=Response,
    responses={
        200: {"description": "The text form of Prometheus.", "content": {"text/plain": {"schema": {"type": "string"}}}},
        **refusals(body=False),
    },
)
async def metrics(request: Request) -> Response:
    """What this server was asked since it started, its log and its checkpoints now, and how its HTTP routes are used."""
    usage = cast("Usage", request.app.state.usage)

    def work() -> bytes:
        return b"".join(generate_latest(each) for each in (resources.figures().registry, _now(), usage.registry))

    return Response(await rooms(request).looks.run(work), media_type=CONTENT_TYPE_LATEST)


class Usage:
    """How the routes of one app are used."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "maskboard_http_requests", "Requests to the API.", ["method", "route", "status"], registry=self.registry
        )
        self._seconds = Histogram(
            "maskboard_http_request_duration_seconds",
            "From a request to the last byte of its answer.",
            ["route"],
            buckets=SECONDS,
            registry=self.registry,
        )

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)


METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
NO_ROUTE = "none"


class Counted:
    """Counts every request by its route as it is written in the documentation: an address of a client is no label."""

    def __init__(self, app: ASGIApp, usage: Usage) -> None:
        self._app, self._usage = app, usage

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started, status = time.monotonic(), 0

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            if scope["type"] == "http":
                route = getattr(scope.get("route"), "path", NO_ROUTE)
                method = scope["method"] if scope["method"] in METHODS else "OTHER"
                self._usage.count(method, str(route), status, time.monotonic() - started)


class _Now(Collector):
    """How things are at the moment of the question. What cannot be had just now is left out."""

    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily(
            "maskboard_unsaved_asks", "Answered asks that could not be saved yet and wait.", value=len(resources.unsaved())
        )
        batches = resources.batches()
        yield CounterMetricFamily(
            "maskboard_batch_rows", "Rows of batches that were answered or refused.", value=batches.rows_done
        )
        yield GaugeMetricFamily("maskboard_batches_at_work", "Batches being answered or waiting.", value=len(batches.at_work))
        yield from _of_the_log()
        yield from _of_the_checkpoints()


def _now() -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(_Now())
    return registry


def _of_the_log() -> Iterator[Metric]:
    opened = resources.open_log()
    trouble = opened.log is None or opened.log.database.trouble is not None
    yield GaugeMetricFamily("maskboard_log_in_trouble", "1 where nothing can be saved just now, else 0.", value=int(trouble))
    if opened.log is None:
        return
    database = opened.log.database
    yield CounterMetricFamily(
        "maskboard_log_writes", "Times the log was written to since it was opened.", value=database.changes
    )
    yield GaugeMetricFamily("maskboard_log_size_bytes", "The files of the log.", value=_bytes(opened.log.path))
    try:
        counts = from_log.answer_of(opened.log, history.counts)
    except StorageError:
        return
    rows = GaugeMetricFamily("maskboard_log_rows", "Rows of the log, by what they are.", labels=["of"])
    for name in counts.__slots__:
        rows.add_metric([name], getattr(counts, name))
    yield rows
    pending = sum(each.n_pending for each in from_log.answer_of(opened.log, unfinished))
    yield GaugeMetricFamily("maskboard_batch_rows_pending", "Rows of batches that are not answered yet.", value=pending)


def _of_the_checkpoints() -> Iterator[Metric]:
    loaded = GaugeMetricFamily(
        "maskboard_checkpoint_loaded", "1 where a checkpoint is in memory, else 0.", labels=["checkpoint"]
    )
    shelf = resources.shelf_at_hand()
    try:
        for name in checkpoints.defaults(resources.settings()):
            ready = shelf is not None and shelf.entry(name).state is ShelfState.READY
            loaded.add_metric([name], int(ready))
    except PipelineError:
        return
    yield loaded


def _bytes(path: Path) -> int:
    """Asked of the folder alone: opening a file of the log would take its lock away (storage/guard.py)."""
    total = 0
    for file in files_of(path):
        with suppress(OSError):
            total += file.stat().st_size
    return total
