"""What must become of a hostile statement, beside what holds for all: no secret told, no byte written, ended in time."""

from __future__ import annotations

from enum import StrEnum


class Verdict(StrEnum):
    """How a statement ends, with the statement check and without it."""

    NEVER = "the check refuses it; without the check it fails"
    IDLE = "the check refuses it; without the check it may do its work, of which nothing outlives its process"
    FAILS = "the check may let it through; then it fails"
    QUIET = "it may be answered; there is no secret in the answer"
    STUCK = "the check refuses it; without the check it fails, perhaps only at a limit"
    COSTLY = "it fails at a limit, or ends within it"


NEVER, IDLE, FAILS, QUIET, STUCK, COSTLY = Verdict

Row = tuple[str, str, Verdict]
"""Id, statement, verdict. `@NAME@` stands for a place that is known only when the tests run, see `scene.Scene.places`."""
