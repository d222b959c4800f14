"""SQL that a person typed: decide whether it may run, then run it where it can do no harm.

Four walls stand around it, each enough for most of what could happen. The statement has to be one that only reads. It runs
in a process of its own that is thrown away afterwards, killed at its limits of time and memory. That process can open no
file and no connection, has another user where that is possible, and an empty environment. And it sees only a copy of the log
with what people may see.
"""

from __future__ import annotations

from storage.visitors.answer import Answer, fetch
from storage.visitors.decision import Allowed, Refused, decide, parameters_of
from storage.visitors.failures import StatementFailed, StatementStopped
from storage.visitors.limits import DOWNLOAD, LONGEST_SQL, SCREEN, Limits
from storage.visitors.parameters import ParameterType, Value, read_value
from storage.visitors.running import Rows, run
from storage.visitors.workers import warm

__all__ = [
    "DOWNLOAD",
    "LONGEST_SQL",
    "SCREEN",
    "Allowed",
    "Answer",
    "Limits",
    "ParameterType",
    "Refused",
    "Rows",
    "StatementFailed",
    "StatementStopped",
    "Value",
    "decide",
    "fetch",
    "parameters_of",
    "read_value",
    "run",
    "warm",
]
