"""`python -m pipelines` without a process of its own, which would import torch again."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Told(NamedTuple):
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str


Command = Callable[..., Told]
"""Runs `python -m pipelines` with these arguments."""
