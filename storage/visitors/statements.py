"""Reading a statement with DuckDB's own parser.

Only for the checker's process. The parser is not safe against every text: ten nested `WITH a AS (` that are not closed
take all memory of the machine, and 4,900 opening parentheses take 13 seconds.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import replace

import duckdb

from storage.visitors.checks import Reading
from storage.visitors.hints import hint
from storage.visitors.messages import told

EXAMPLE = "Try SELECT * FROM runs."
PLACEHOLDER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
CHANGES = frozenset({("INSERT", "INTO"), ("INSERT", "OR"), ("DELETE", "FROM"), ("MERGE", "INTO")})
"""How a statement inside brackets begins that would change something."""
UPDATE_REACH = 8
"""Words after UPDATE among which SET stands."""
READING = frozenset({"PIVOT", "PIVOT_WIDER", "SELECT", "FROM", "WITH", "("})
"""How a statement with a PIVOT in it begins that only reads."""
CHANGING = frozenset({"INSERT", "UPDATE", "DELETE", "MERGE", "COPY", "CREATE"})
"""What can follow the common table expressions of a WITH, and changes something."""
NOT_EXPLAINED = Reading(
    reason="Only EXPLAIN of a SELECT may run, without ANALYZE.", remedy="Write EXPLAIN SELECT ...", position=0
)

Tokens = list[tuple[int, str]]
"""Offset in bytes and text of each token; comments are left out."""


class Reader:
    """Reads statements, one after the other."""

    def __init__(self) -> None:
        settings: dict[str, str | bool | int | float | list[str]] = {
            "errors_as_json": True,
            "python_enable_replacements": False,
            "threads": 1,
        }
        self._connection = duckdb.connect(":memory:", config=settings)

    def read(self, sql: str) -> Reading:
        """Whether this is one statement that only reads, and which parameters it has."""
        try:
            statements = self._connection.extract_statements(sql)
        except duckdb.Error as error:
            message, position = told(error)
            remedy = hint(message, position, tokens_of(sql))
            return Reading(reason=f"DuckDB cannot read this statement: {message}.", remedy=remedy, position=position)
        if not statements:
            return Reading(reason="There is no statement.", remedy=EXAMPLE)
        if len(statements) > 1:
            reason = f"There are {len(statements)} statements and one at a time may run."
            return Reading(reason=reason, remedy="Keep the last one.")
        tokens = tokens_of(sql)
        refusal = self._refusal(statements[0].type, sql, tokens)
        if refusal is not None:
            return refusal
        names = statements[0].named_parameters
        if any(not PLACEHOLDER.fullmatch(name) for name in names):
            return Reading(reason="A placeholder has no name.", remedy="Write $name instead of ? or $1.")
        return Reading(names=_in_order(tokens, names))

    def _refusal(self, kind: duckdb.StatementType, sql: str, tokens: Tokens) -> Reading | None:
        words = [text.upper() for _, text in tokens]
        if words[0] == "EXPLAIN":
            return self._explain_refusal(sql, tokens, words)
        if kind == duckdb.StatementType.SELECT:
            return _change_refusal(tokens, words)
        # A PIVOT that finds its values itself is several statements for DuckDB, whatever it stands in: only words tell.
        if kind == duckdb.StatementType.MULTI and words[0] in READING:
            return _main_refusal(tokens, words) or _change_refusal(tokens, words)
        name = str(kind).rpartition(".")[2].replace("_", " ")
        reason = f"This is a {name} statement; the log is only read here, so it has to be a SELECT."
        return Reading(reason=reason, remedy=EXAMPLE, position=tokens[0][0])

    def _explain_refusal(self, sql: str, tokens: Tokens, words: list[str]) -> Reading | None:
        """What is explained has to be a statement that may run itself: its text is read on its own."""
        first = 5 if words[1:3] == ["(", "FORMAT"] and words[4:5] == [")"] else 1
        if len(tokens) <= first or words[first] in {"ANALYZE", "ANALYSE", "EXPLAIN"}:
            return replace(NOT_EXPLAINED, position=tokens[0][0])
        inner = self.read(sql.encode("utf-8")[tokens[first][0] :].decode("utf-8"))
        return replace(NOT_EXPLAINED, position=tokens[first][0]) if inner.reason else None


def tokens_of(sql: str) -> Tokens:
    """The tokens of a text, comments left out; none where DuckDB finds none."""
    try:
        found = duckdb.tokenize(sql)
    except duckdb.Error:
        return []
    data = sql.encode("utf-8")
    ends = [offset for offset, _ in found[1:]] + [len(data)]
    return [
        (offset, data[offset:end].decode("utf-8", "replace").strip())
        for (offset, kind), end in zip(found, ends, strict=True)
        if kind != duckdb.token_type.comment
    ]


def _main_refusal(tokens: Tokens, words: list[str]) -> Reading | None:
    """A WITH whose statement, outside all brackets, is one that changes something."""
    depth = 0
    for (offset, _), word in zip(tokens, words, strict=True):
        depth += (word == "(") - (word == ")")
        if words[0] == "WITH" and depth == 0 and word in CHANGING:
            reason = f"This is a {word} statement; the log is only read here, so it has to be a SELECT."
            return Reading(reason=reason, remedy=EXAMPLE, position=offset)
    return None


def _change_refusal(tokens: Tokens, words: list[str]) -> Reading | None:
    """A statement inside that changes something: DuckDB takes the whole for a SELECT."""
    for index, pair in enumerate(itertools.pairwise(words[1:]), start=1):
        updates = pair[0] == "UPDATE" and "SET" in words[index : index + UPDATE_REACH]
        if words[index - 1] == "(" and (pair in CHANGES or updates):
            reason = f"There is a statement with {pair[0]} inside, and the log is only read here."
            return Reading(reason=reason, remedy=EXAMPLE, position=tokens[index][0])
    return None


def _in_order(tokens: Tokens, names: set[str]) -> tuple[str, ...]:
    """The names as they first stand in the text: DuckDB gives them as a set."""
    written = [name for (_, sign), (_, name) in itertools.pairwise(tokens) if sign == "$" and name in names]
    return tuple(dict.fromkeys([*written, *sorted(names)]))
