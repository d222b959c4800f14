"""The corpus of hostile statements: what people who mean harm, or who err badly, may type into the SQL page."""

from __future__ import annotations

from tests.storage.visitors.costly_statements import COSTLY_STATEMENTS
from tests.storage.visitors.hostile_engine import ENGINE
from tests.storage.visitors.hostile_reading import READING
from tests.storage.visitors.hostile_writing import WRITING
from tests.storage.visitors.verdicts import Row

HOSTILE: list[Row] = READING + WRITING + ENGINE + COSTLY_STATEMENTS
