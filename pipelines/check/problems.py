"""What can be wrong with what a check is given: each a sentence that names the line and the way out."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from pipelines.errors import PipelineError

MOST_SHOWN = 5
"""Problems of a suite that its sentence repeats; the others show themselves once these are mended."""


class CheckError(PipelineError):
    """A check that cannot be carried out, whatever the checkpoints would say."""


class SuiteProblem(CheckError):
    """One thing that is wrong with a suite. `str(problem)` is the sentence without its line."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(sentence)
        self.line = line
        """From 1."""


class UnusableSuite(CheckError):
    """A suite with problems; the message tells them with their lines."""

    def __init__(self, name: str, problems: Iterable[SuiteProblem]) -> None:
        self.problems = tuple(problems)
        """All of them, in the order of the file."""
        told = " ".join(f"Line {each.line}: {each}" for each in self.problems[:MOST_SHOWN])
        more = len(self.problems) - MOST_SHOWN
        super().__init__(f"{name} cannot be used. {told}{f' And {more:,} more problems.' if more > 0 else ''}")


def did_you_mean(word: str, known: Iterable[str], others: str) -> str:
    """The closest of the known names as a question, or all of them where none is close. `others` introduces these.

    >>> did_you_mean("expectd", ("expected", "prompt"), "The keys are")
    'Did you mean expected?'
    """
    names = list(known)
    close = difflib.get_close_matches(word[:100].lower(), names, n=1, cutoff=0.6)
    return f"Did you mean {close[0]}?" if close else f"{others} {', '.join(names)}."
