"""What is exported: a statement with its values, and words for what it holds. Everything runs as SQL of a person does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from storage.errors import StorageError
from storage.exports.naming import in_a_name, selection_in_a_name
from storage.history import whole_words_pattern
from storage.questions import SQL_FOLDER, question
from storage.selection import Selection, parameters
from storage.spelling import spell_part
from storage.visitors import Value

VIEWS = tuple(sorted(file.stem for file in (SQL_FOLDER / "export").glob("*.sql")))
"""The views that can be exported; each has a statement that says what a filter means there."""
VIEWS_OF_A_RUN = tuple(sorted(file.stem for file in (SQL_FOLDER / "export" / "run").glob("*.sql")))
"""Those of which the rows of one run can be exported."""


@dataclass(frozen=True, slots=True)
class Source:
    """Rows to export."""

    sql: str
    """One SELECT."""
    about: str
    """In words, such as "predictions; checkpoints: bert-mini"."""
    stem: str
    """The same for the name of a file, such as `predictions-bert-mini`."""
    parameters: Mapping[str, Value] = field(default_factory=dict)
    """A value for each `$name` of the statement."""
    filters: Mapping[str, str] = field(default_factory=dict)
    """What was selected, by the name of the filter."""
    view: str | None = None
    """The view that the rows are of; None for a query."""


def of_view(view: str, selection: Selection | None = None, where: str | None = None) -> Source:
    """All rows of a view that pass the filters, and for which the SQL expression `where`, typed by a person, is true.

    An ORDER BY and a LIMIT may end the expression, which is judged when it is run. Raises StorageError where there is no such
    view.
    """
    if view not in VIEWS:
        raise StorageError(
            f"There is no view {view!r}." if view.isprintable() else "There is no view of that name.",
            key="view",
            value=view,
            remedy=f"The views are {', '.join(VIEWS)}.",
        )
    # What counts once, and which words are compared, leaves the rows of a view as they are.
    selection = replace(selection or Selection(), counting=Selection().counting, space=Selection().space)
    filters = _filters(selection)
    sql, values = (question(f"export/{view}"), _values(selection)) if filters else (f"FROM {view}", {})
    given = (where or "").strip()
    if given:
        filters |= {"where": given}
        chosen = f"{view}_chosen"
        head = ["FROM", view] if not values else [f"WITH {chosen} AS (\n{sql.rstrip().rstrip(';')}\n)\nFROM", chosen]
        # Nothing follows the expression, so a comment in it swallows nothing, and it may end with ORDER BY and LIMIT.
        sql = " ".join([*head, "WHERE", given])
    hint = selection_in_a_name(selection)
    if given:
        hint = "where" if hint == "all" else f"{hint}-where"
    return Source(sql, _in_words(view, filters), f"{view.replace('_', '-')}-{hint}", values, filters, view)


def of_runs(
    selection: Selection | None = None, *, search: str | None = None, whole_words: bool = False, starred: bool = False
) -> Source:
    """All runs that `storage.history.recent_runs` lists, newest first."""
    listed = of_view("runs", selection)
    spelled = spell_part(search or "") or None
    if spelled is None and not starred:
        return replace(listed, sql=f"{listed.sql.rstrip().rstrip(';')}\nORDER BY started_at DESC, run_id DESC")
    sought = {"search": spelled, "whole words": "yes" if spelled and whole_words else "", "starred": "yes" if starred else ""}
    filters = {**listed.filters, **{name: value for name, value in sought.items() if value}}
    inner = [part.rstrip().rstrip(";") for part in (listed.sql, question("found_runs"))]
    newest_first = (
        "SELECT listed.* FROM listed SEMI JOIN found USING (run_id) ORDER BY listed.started_at DESC, listed.run_id DESC"
    )
    sql = "\n".join(["WITH listed AS (", inner[0], "),", "found AS (", inner[1], ")", newest_first])
    values = {"search": spelled, "pattern": whole_words_pattern(spelled) if whole_words else None, "starred": starred}
    hint = in_a_name(spelled or "") or ("found" if spelled else "")
    stem = "-".join(part for part in (listed.stem, hint, "starred" if starred else "") if part)
    return Source(sql, _in_words("runs", filters), stem, {**listed.parameters, **values}, filters, "runs")


def of_run(view: str, run_id: str) -> Source:
    """The rows of a view, one of `VIEWS_OF_A_RUN`, that belong to one run. An answer that other runs asked for, too, is among
    them."""
    filters = {"run": run_id}
    stem = f"{view.replace('_', '-')}-run-{in_a_name(run_id)}"
    return Source(question(f"export/run/{view}"), _in_words(view, filters), stem, {"run_id": run_id}, filters, view)


def of_query(sql: str, parameters: Mapping[str, Value] | None = None, name: str | None = None) -> Source:
    """The rows of a statement that a person typed; `name` is that of a saved query."""
    return Source(sql, f"query: {name}" if name else "query", in_a_name(name or "") or "query", dict(parameters or {}))


def _in_words(view: str, filters: Mapping[str, str]) -> str:
    return "; ".join([view.replace("_", " "), *(f"{name}: {value}" for name, value in filters.items())])


def _filters(selection: Selection) -> dict[str, str]:
    named = {
        "since": selection.since,
        "until": selection.until,
        "checkpoints": ", ".join(selection.checkpoints),
        "kinds": ", ".join(selection.kinds),
        "label": selection.label,
        "author": selection.author,
        "tag": selection.tag,
        "text": selection.text,
        "run": selection.run,
    }
    return {name: str(value) for name, value in named.items() if value}


def _values(selection: Selection) -> dict[str, Value]:
    """As the statements take them: a list is one text, a name on each line, since a value of a visitor is never a list."""
    values: dict[str, Value] = {}
    for name, value in parameters(selection).items():
        if name != "counting":
            values[name] = "\n".join(value) if isinstance(value, list) else value  # type: ignore[assignment]
    return values
