"""A batch in words: what it holds, how far it is, how it ended. Pure functions; what they return is plain text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dashboard.wording import count, duration, listed, moment
from pipelines.batch import BatchCounts, BatchProgress
from pipelines.batch.watching import rate_in_words
from pipelines.prompt_files import Inspection
from pipelines.prompt_files.probes import PROBE_SETS
from storage.batch_list import BatchLine
from storage.records import Run, RunStatus

MOST_TAGS_NAMED = 12
SOURCES = {each.name: each.source for each in PROBE_SETS} | {"ParaRel": "Elazar et al. 2021"}
"""The paper of each published set."""
COMMAND = "python -m pipelines batch FILE"
"""What takes a file of any size."""


def name_of(run: Run) -> str:
    """What a batch is called: its label, else its file."""
    source = run.options.get("source")
    return run.label or (source if isinstance(source, str) and source else "a batch")


def begun_in_words(run: Run) -> str:
    """When it was begun, by whom, from what and of whom it asks.

    >>> from datetime import UTC, datetime
    >>> from storage.records import RunKind
    >>> run = Run("", RunKind.BATCH, datetime(2026, 3, 7, 9, 5, tzinfo=UTC), author="Ada", options={"source": "a.csv"})
    >>> begun_in_words(run)
    'Begun 7 Mar 2026, 09:05 UTC by Ada'
    """
    said = f"Begun {moment(run.started_at)}"
    if run.author:
        said += f" by {run.author}"
    source, names = run.options.get("source"), run.options.get("checkpoints")
    if isinstance(source, str) and source and source != name_of(run):
        said += f", from {source}"
    if isinstance(names, list) and names:
        said += f", asks {listed([str(name) for name in names])}"
    top_k = run.options.get("top_k")
    return said + (f", top {top_k}" if isinstance(top_k, int) and names else "")


def held_in_words(found: Inspection) -> str:
    """What a file holds, in one line."""
    parts = [count(found.n_prompts, "prompt")]
    if found.n_distinct < found.n_prompts:
        parts.append(f"{found.n_distinct:,} of them distinct")
    if found.n_prompts:
        parts.append(masks_in_words(found.masks))
    if found.n_expected:
        parts.append(f"{found.n_expected:,} with an expected word")
    if found.n_candidates:
        parts.append(f"{found.n_candidates:,} with candidates")
    if found.n_tags:
        parts.append(f"{found.n_tagged:,} tagged")
    return ", ".join(parts)


def masks_in_words(masks: Mapping[int, int]) -> str:
    """How many blanks the prompts have.

    >>> masks_in_words({1: 40}), masks_in_words({1: 38, 2: 2})
    ('one blank each', '1 to 2 blanks')
    """
    fewest, most = min(masks, default=0), max(masks, default=0)
    if fewest == most:
        return "one blank each" if most == 1 else f"{most} blanks each"
    return f"{fewest} to {most} blanks"


def tags_in_words(tags: Mapping[str, int], n: int) -> str:
    """The tags of a file with their prompts, the most frequent first.

    >>> tags_in_words({"sport": 3, "town": 12}, 2)
    'town (12), sport (3)'
    """
    frequent = sorted(tags.items(), key=lambda each: -each[1])[:MOST_TAGS_NAMED]
    more = f" and {n - len(frequent):,} more" if n > len(frequent) else ""
    return ", ".join(f"{tag} ({prompts:,})" for tag, prompts in frequent) + more


def estimate_in_words(n: int, names: Sequence[str], latencies: Mapping[str, float]) -> str:
    """How long so many distinct prompts may take.

    Args:
        n: distinct prompts.
        names: of the checkpoints that are asked.
        latencies: median milliseconds for a prompt, of those names that the history knows.

    >>> estimate_in_words(4_000, ["a"], {"a": 30.0})
    'About 2 min, by how long a prompt took until now; what the history knows already takes no time.'
    """
    unknown = [name for name in names if name not in latencies]
    if not names or not n:
        return ""
    if unknown:
        return (
            f"How long it takes is not known yet: {listed(unknown)} {'has' if len(unknown) == 1 else 'have'} not answered here."
        )
    seconds = n * sum(latencies[name] for name in names) / 1000
    about = "Under a second" if seconds < 1 else f"About {duration(seconds)}"
    return f"{about}, by how long a prompt took until now; what the history knows already takes no time."


def progress_in_words(progress: BatchProgress) -> str:
    """How far it is, how fast, and how long the rest takes.

    >>> progress_in_words(BatchProgress("", 2_000, 500, 500, 0, 10.0))
    '500 of 2,000 prompts, 50 prompts/s, about 30 s left'
    """
    parts = [f"{progress.n_done:,} of {count(progress.n_rows, 'prompt')}"]
    if progress.rate is not None:
        parts.append(rate_in_words(progress))
    if progress.seconds_left is not None and progress.n_done < progress.n_rows:
        parts.append(f"about {duration(progress.seconds_left)} left")
    return ", ".join(parts)


def beside_progress(progress: BatchProgress, n_refused: int) -> str:
    """What needed no model, and what could not be asked; empty where there is neither."""
    parts = []
    if progress.n_reused:
        parts.append(f"{progress.n_reused:,} answered without running a model")
    if n_refused:
        parts.append(f"{count(n_refused, 'line')} refused")
    return ", ".join(parts)


def waiting_in_words(before: int) -> str:
    """Behind how many others a batch waits.

    >>> waiting_in_words(1), waiting_in_words(3)
    ('It waits behind another batch, and begins by itself.', 'It waits behind 3 other batches, and begins by itself.')
    """
    others = f"{before:,} other batches" if before > 1 else "another batch"
    return f"It waits behind {others}, and begins by itself." if before else "It begins in a moment."


def done_in_words(line: BatchLine) -> str:
    """How much of a batch is done, in a list.

    >>> from datetime import UTC, datetime
    >>> from storage.records import RunKind
    >>> done_in_words(BatchLine(Run("", RunKind.BATCH, datetime.now(UTC), options={"n_rows": 40, "n_refused": 2}), 10))
    '30 of 40 prompts, 2 lines refused'
    """
    refused = line.run.options.get("n_refused")
    done = count(line.n_rows, "prompt") if not line.n_pending else f"{line.n_done:,} of {count(line.n_rows, 'prompt')}"
    return done + (f", {count(refused, 'line')} refused" if isinstance(refused, int) and refused else "")


def end_in_words(run: Run, n_pending: int, problem: str | None = None) -> str:
    """How a batch stands that nothing happens to, and what can be done."""
    left = f"{count(n_pending, 'prompt')} {'is' if n_pending == 1 else 'are'} left"
    if run.status is RunStatus.COMPLETE:
        return "Every prompt was asked."
    if run.status is RunStatus.RUNNING and problem is None:
        return f"It was interrupted, and goes on by itself a few seconds after the start of the server; {left}."
    kept = run.options.get("problem")
    known = problem or (kept if run.status is RunStatus.FAILED and isinstance(kept, str) else None)
    otherwise = "It was stopped." if run.status is RunStatus.CANCELLED else "It failed."
    return f"{known or otherwise} What is done is kept; {left}."


def answered_in_words(counts: BatchCounts) -> str:
    """What a summary is of.

    >>> from datetime import UTC, datetime
    >>> from storage.records import RunKind
    >>> run = Run("", RunKind.BATCH, datetime.now(UTC))
    >>> answered_in_words(BatchCounts(run, 40, 10, 29, 20, 60, 9, 3, 0))
    '29 of 40 prompts so far, 20 of them distinct'
    """
    of_all = f"{counts.n_answered:,} of {count(counts.n_rows, 'prompt')}"
    so_far = " so far" if counts.n_pending else ""
    distinct = f", {counts.n_prompts:,} of them distinct" if counts.n_prompts < counts.n_answered else ""
    return of_all + so_far + distinct
