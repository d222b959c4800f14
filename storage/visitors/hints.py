"""The way out of common mistakes in a statement that DuckDB's parser cannot read."""

from __future__ import annotations

import difflib

STARTS = ("SELECT", "FROM", "WITH", "VALUES", "TABLE", "PIVOT", "UNPIVOT", "DESCRIBE", "SUMMARIZE", "SHOW", "EXPLAIN")
CLAUSES = ("FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "QUALIFY", "WINDOW", "UNION", "JOIN", "USING", "SELECT")
"""Words that begin the next part of a statement."""
RESERVED = frozenset(
    {"ANY", "ARRAY", "ASC", "AT", "BOTH", "CASE", "CHECK", "COLUMN", "CONSTRAINT", "CREATE", "DEFAULT", "DESC", "DO", "ELSE"}
    | {"END", "FETCH", "FOR", "FOREIGN", "IN", "INTO", "LEADING", "OFFSET", "ONLY", "PRIMARY", "REFERENCES", "SOME", "TABLE"}
    | {"THEN", "TO", "TRAILING", "UNIQUE", "WHEN", "WITH"}
)
"""Words of SQL that somebody takes for the name of a column, and that are none unless they stand in double quotes."""


def hint(message: str, position: int | None, tokens: list[tuple[int, str]]) -> str:
    """A sentence that says what to write instead, or nothing where none is known."""
    if "unterminated" in message:
        return "Close the comment with */." if "/*" in message else "Close the quote."
    words = [text.upper() for _, text in tokens]
    if not words:
        return ""
    if words[0] not in STARTS and (near := difflib.get_close_matches(words[0], STARTS, 1)):
        return f"Did you mean {near[0]}?"
    at = next((index for index, (offset, _) in enumerate(tokens) if offset == position), None)
    return "" if at is None else _hint_at(at, words)


def _hint_at(at: int, words: list[str]) -> str:
    word, before = words[at], words[at - 1] if at else ""
    if before == "TOP":
        return "Write LIMIT 10 at the end instead of TOP 10."
    if words.count("(") != words.count(")"):
        return f"A bracket {')' if words.count('(') > words.count(')') else '('} is missing."
    for name in (word, before):
        if name in RESERVED:
            return f'{name} is a word of SQL: as a name, write it in double quotes, "{name.lower()}".'
    for name in (word, before):
        if name not in CLAUSES and (near := difflib.get_close_matches(name, CLAUSES, 1, cutoff=0.7)):
            return f"Did you mean {near[0]}?"
    if before == "," and (word in CLAUSES or word == ")"):
        return "Take away the comma before it."
    if at == len(words) - 1 and at > 0:
        return "Something is missing after it, or it is too much."
    return "Something is missing before it." if word in CLAUSES else ""
