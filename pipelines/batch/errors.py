"""What a batch says when it cannot go on."""

from __future__ import annotations

from pipelines.errors import PipelineError


class BatchLeft(BaseException):
    """Raised by whoever watches a batch to leave it as it is, still running, because the process ends: the next one resumes it.

    No Exception: the batch has not failed.
    """


class BatchProblem(PipelineError):
    """A batch that cannot be begun or resumed; the message says why, and what to do."""
