"""A run in words. Pure functions; what they return is plain text, and may hold anybody's."""

from __future__ import annotations

from datetime import date

from dashboard.wording import count, listed, moment
from storage.history import RunSummary
from storage.records import Comparison, Run, RunKind, RunStatus

_ACTS: dict[str, str] = {RunKind.IMPORT: "Imported", RunKind.SAMPLE: "Added", RunKind.REPLAY: "Asked again"}
_NOUNS: dict[str, str] = {RunKind.ASK: "ask", RunKind.BATCH: "batch", RunKind.IMPORT: "import", RunKind.REPLAY: "replay"}

ENDS: dict[str, str] = {RunStatus.RUNNING: "not ended yet", RunStatus.CANCELLED: "stopped before its end"}
"""How far a run has come that is not complete; one that failed says so by what was refused."""


def act_in_words(run: Run | RunSummary) -> str:
    """What was done, when and by whom."""
    act = f"{_ACTS.get(run.kind, 'Asked')} {moment(run.started_at)}"
    if run.author:
        act += f" by {run.author}"
    if run.label:
        act += f", labelled “{run.label}”"
    return f"{act}, {ENDS[run.status]}" if run.status in ENDS else act


def run_in_words(run: Run) -> str:
    """Which run it is: what somebody called it, else the file of a batch, and when it was asked."""
    source = run.options.get("source") if run.kind is RunKind.BATCH else None
    name = run.label or (source if isinstance(source, str) else None)
    kind = _NOUNS.get(run.kind, "run")
    when = moment(run.started_at)
    return f"the {kind} “{name}”, {when}" if name else f"the {kind} of {when}"


def versions_in_words(found: Comparison) -> str:
    """Which libraries answered; empty where none did."""
    named = [f"{name} {found.run.environment[name]}" for name in ("torch", "transformers") if name in found.run.environment]
    return listed(named) if found.answers else ""


def asked_in_words(run: RunSummary) -> str:
    """The first prompt, and how many more there are."""
    further = run.prompt_count + run.refused_count - 1
    return (run.first_text or "a run without prompts") + (f" (and {count(further, 'further prompt')})" if further > 0 else "")


def day_in_words(day: date) -> str:
    """
    >>> day_in_words(date(2026, 3, 7))
    '7 Mar 2026'
    """
    return f"{day.day} {day:%b %Y}"
