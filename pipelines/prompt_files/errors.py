"""What can be wrong with a whole file of prompts. What is wrong with one of its lines is a `Problem`, and no error."""

from __future__ import annotations

from enum import StrEnum

from pipelines.errors import PipelineError


class UnreadableFile(PipelineError):
    """A file from which no prompt can be read; the message says why, and what to do."""


class Half(StrEnum):
    """What prompts are made of where a set is published in two files."""

    PATTERNS = "patterns"
    """Sentences with slots, such as `[X] was born in [Y].`"""
    PAIRS = "pairs"
    """The words for the slots, a row for each prompt."""


class OtherHalfWanted(UnreadableFile):
    """A file that is one half of a probe set; the message says what the other half is."""

    def __init__(self, message: str, wanted: Half) -> None:
        super().__init__(message)
        self.wanted = wanted
        """The half that is missing."""
