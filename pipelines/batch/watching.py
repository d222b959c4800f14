"""What a command says while a batch is answered: a bar on a terminal, plain lines elsewhere, both on standard error."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

from pipelines.batch.progress import BatchProgress, OnProgress

LINE_SECONDS = 10.0
"""Between two plain lines: a log of an hour has 360."""


@contextmanager
def watched(console: Console) -> Iterator[OnProgress]:
    """Tell of the progress on `console`."""
    if not console.is_terminal:
        yield _lines(console)
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
    from rich.text import Text

    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[now]}", markup=False),
    )
    with Progress(*columns, console=console) as bars:
        bar = bars.add_task("batch", total=None, rate="", now="loading checkpoints")

        def show(progress: BatchProgress) -> None:
            bars.update(
                bar, total=progress.n_rows, completed=progress.n_done, rate=rate_in_words(progress),
                now=Text(progress.now).plain[:50] or "loading checkpoints",
            )  # fmt: skip

        yield show


def _lines(console: Console) -> OnProgress:
    last, done = float("-inf"), -1

    def show(progress: BatchProgress) -> None:
        nonlocal last, done
        now = time.monotonic()
        if progress.n_done == done or (now - last < LINE_SECONDS and progress.n_done < progress.n_rows):
            return
        last, done = now, progress.n_done
        rate = f", {rate_in_words(progress)}" if progress.rate else ""
        left = f", about {duration(progress.seconds_left)} left" if progress.seconds_left else ""
        console.print(f"{progress.n_done:,} of {progress.n_rows:,} prompts{rate}{left}", markup=False, soft_wrap=True)

    return show


def rate_in_words(progress: BatchProgress) -> str:
    """Prompts a second, or nothing while none is done.

    >>> rate_in_words(BatchProgress("", 100, 50, 50, 0, 2.0))
    '25 prompts/s'
    """
    if progress.rate is None:
        return ""
    return f"{progress.rate:,.0f} prompts/s" if progress.rate >= 10 else f"{progress.rate:.1f} prompts/s"


def duration(seconds: float) -> str:
    """A length of time, as a person says it.

    >>> duration(7.4), duration(75), duration(7_300)
    ('7 s', '1 min 15 s', '2 h 2 min')
    """
    whole = max(round(seconds), 0)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
