"""What a batch says when it cannot go on."""

from __future__ import annotations

from pipelines.errors import PipelineError


class BatchProblem(PipelineError):
    """A batch that cannot be begun or resumed; the message says why, and what to do."""
