"""What can go wrong in this layer. Each message is one sentence a person can act on: what, where, the way out."""

# The names say what happened, as the sentence they carry does; "Error" at the end of each would add nothing.

from __future__ import annotations


class PipelineError(Exception):
    """The one base of this layer. `str(error)` may be shown to a person as it stands."""


class SettingsProblem(PipelineError):
    """A setting that cannot be used: names the file or variable, the key, the value and the remedy."""


class CheckpointError(PipelineError):
    """Something about a checkpoint: its name, its files, its weights."""


class UnknownCheckpoint(CheckpointError):
    """A name that is not in the catalogue; the message offers the closest names."""


class CheckpointUnavailable(CheckpointError):
    """A checkpoint of the catalogue that no source can serve, or a folder that does not hold what it should."""


class WrongWeights(CheckpointError):
    """Files whose hash is not the one that was published or recorded: damaged or exchanged, never to be loaded."""


class DownloadFailed(PipelineError):
    """A download that ended without a checkpoint. What arrived is kept, unless it was wrong."""


class DownloadCancelled(DownloadFailed):
    """A download that the person stopped. What arrived is kept, so that it can go on later."""
