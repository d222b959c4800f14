"""The one error of the training layer."""

from pipelines.errors import PipelineError


class TrainingError(PipelineError):
    """A training or evaluation that cannot go on; its text is a sentence for the person, with the way out."""
