"""What is the matter with an open log, as long as it lasts: the disk is full, the file cannot be read any more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from storage.errors import DiskFull, LogDamaged, LogUnwritable, StorageError, WalDamaged

UNREADABLE = (LogDamaged, WalDamaged)
"""Errors of the bytes of the file."""
LASTING = (DiskFull, LogUnwritable, *UNREADABLE)
"""Errors that the next call will meet again, unless somebody does something about them."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why nothing is being saved."""

    error: StorageError
    """The sentence of the last call that failed for it."""
    since: datetime
    """When the first call failed for it, UTC."""
    may_be_read: bool
    """Whether what was saved before can be read all the same, as far as is known."""
