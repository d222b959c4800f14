"""The answer to a statement as one table, as much of it as the limits give."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from storage.visitors.decision import Allowed, Refused
from storage.visitors.limits import SCREEN, Limits
from storage.visitors.parameters import Value
from storage.visitors.running import run


@dataclass(frozen=True, slots=True)
class Answer:
    """The rows of a statement."""

    table: pa.Table
    truncated: bool
    """Whether there are more rows than these."""
    seconds: float
    """From the call to the last row taken."""
    notices: tuple[str, ...] = ()
    """A sentence for each limit that bit."""


def fetch(
    decision: Allowed | Refused,
    snapshot: Path,
    limits: Limits = SCREEN,
    parameters: Mapping[str, Value] | None = None,
    *,
    stop: threading.Event | None = None,
) -> Answer:
    """The first `limits.rows` rows of a statement. `stop` ends it, and what it raises are as `run` has them."""
    started = time.monotonic()
    kept: list[pa.RecordBatch] = []
    count = size = 0
    notice = ""
    with run(decision, snapshot, limits, parameters, stop=stop) as rows:
        for batch in rows.batches:
            room = batch.num_rows if limits.rows is None else min(batch.num_rows, limits.rows - count)
            kept.append(batch.slice(0, room))
            count += room
            size += batch.nbytes
            if room < batch.num_rows:
                notice = f"There are more rows than the {limits.rows:,} shown. Export has all of them."
            elif limits.bytes is not None and size > limits.bytes:
                notice = (
                    f"The rows are wide: the first {count:,} are shown, which are {limits.bytes // 10**6:,} MB, and there may"
                    " be more. Export has all of them."
                )
            else:
                continue
            break
        table = pa.Table.from_batches(kept, schema=rows.schema)
    return Answer(table, bool(notice), time.monotonic() - started, (notice,) if notice else ())
