"""What people add to a run or to a prompt: stars, tags, notes, and the label of a run."""

# Without `from __future__ import annotations`: the function of that name would redefine it.
import unicodedata
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from storage.database import Cursor, Database
from storage.errors import StorageError
from storage.log import naive_utc
from storage.questions import question
from storage.spelling import INVISIBLE, unprintable

MAX_TAG = 60
"""Characters of a tag: one is read at a glance."""
MAX_NOTE = 5_000
MAX_LABEL = 200
MAX_AUTHOR = 200


class NotThere(StorageError):
    """What was to be marked is not in the log, or not any more."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a mark sits on, or what is to go: a run or a prompt. Raises ValueError unless exactly one is named."""

    run_id: str | None = None
    prompt_id: int | None = None

    def __post_init__(self) -> None:
        if (self.run_id is None) == (self.prompt_id is None):
            raise ValueError("Name a run or a prompt, and not both.")


@dataclass(frozen=True, slots=True)
class Star:
    """Somebody wants to find it again."""

    author: str | None
    created_at: datetime
    """UTC, with its zone."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A word to find it by. The same tag is there once, whoever put it there first."""

    tag_id: str
    text: str
    author: str | None
    created_at: datetime
    """UTC, with its zone."""


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody has to say about it."""

    note_id: str
    text: str
    """May have several lines."""
    author: str | None
    created_at: datetime
    """UTC, with its zone."""


@dataclass(frozen=True, slots=True)
class Annotations:
    """Everything that people added to one run or one prompt, the oldest first."""

    starred_by: tuple[Star, ...] = ()
    tags: tuple[Tag, ...] = ()
    notes: tuple[Note, ...] = ()


def annotations(database: Database, target: Target) -> Annotations:
    """What is on it; nothing where it is not in the log."""
    prompts = [] if target.prompt_id is None else [target.prompt_id]
    runs = [] if target.run_id is None else [_run_key(target.run_id)]
    rows = database.rows(question("annotations"), {"runs": runs, "prompts": prompts})
    return _gathered([row[2:] for row in rows])


def annotations_of_runs(database: Database, run_ids: Sequence[str]) -> dict[str, Annotations]:
    """What is on each of these runs, by the ids as they were given; what is on their prompts is not told."""
    keys = {run_id: _run_key(run_id) for run_id in run_ids}
    rows = database.rows(question("annotations"), {"runs": list(keys.values()), "prompts": []}) if keys else []
    return {run_id: _gathered([row[2:] for row in rows if row[0] == key]) for run_id, key in keys.items()}


def star(database: Database, target: Target, author: str | None = None) -> None:
    """Put this person's star on it; a star that is there already stays as it is. Raises NotThere and StorageError."""
    row = _row(target, _author(author))

    def work(cursor: Cursor) -> None:
        _require(cursor, target)
        cursor.execute(
            "INSERT INTO star (star_id, run_id, prompt_id, author, created_at)"
            " SELECT $id, $run_id, $prompt_id, $author, $now WHERE NOT EXISTS ("
            "SELECT 1 FROM star WHERE run_id IS NOT DISTINCT FROM $run_id::UUID"
            " AND prompt_id IS NOT DISTINCT FROM $prompt_id::BIGINT AND author IS NOT DISTINCT FROM $author::VARCHAR)",
            row,
        )

    database.write(work)


def unstar(database: Database, target: Target, author: str | None = None) -> None:
    """Take this person's star away; other people's stay."""
    wanted = {name: value for name, value in _row(target, _author(author)).items() if name not in ("id", "now")}
    database.write(
        lambda cursor: cursor.execute(
            "DELETE FROM star WHERE run_id IS NOT DISTINCT FROM $run_id::UUID"
            " AND prompt_id IS NOT DISTINCT FROM $prompt_id::BIGINT AND author IS NOT DISTINCT FROM $author::VARCHAR",
            wanted,
        )
    )


def add_tag(database: Database, target: Target, text: str, author: str | None = None) -> str:
    """Put a tag on it and return its key; where the same tag is there already, the key of that one.

    Raises NotThere, and StorageError where the tag is empty, longer than `MAX_TAG` or not printable.
    """
    row = _row(target, _author(author)) | {"text": read_line(text, "tag", MAX_TAG)}

    def work(cursor: Cursor) -> str:
        _require(cursor, target)
        there = {name: row[name] for name in ("run_id", "prompt_id", "text")}
        known = cursor.execute(
            "SELECT tag_id::VARCHAR FROM tag WHERE run_id IS NOT DISTINCT FROM $run_id::UUID"
            " AND prompt_id IS NOT DISTINCT FROM $prompt_id::BIGINT AND text = $text",
            there,
        ).fetchone()
        if known is not None:
            return str(known[0])
        cursor.execute("INSERT INTO tag VALUES ($id, $run_id, $prompt_id, $text, $author, $now)", row)
        return str(row["id"])

    return database.write(work)


def remove_tag(database: Database, tag_id: str) -> None:
    """Take a tag away; one that is not there is no error."""
    key = _key(tag_id, "tag")
    database.write(lambda cursor: cursor.execute("DELETE FROM tag WHERE tag_id = $id", {"id": key}))


def add_note(database: Database, target: Target, text: str, author: str | None = None) -> str:
    """Put a note on it and return its key.

    Raises NotThere, and StorageError where the note is empty, longer than `MAX_NOTE` or not printable.
    """
    row = _row(target, _author(author)) | {"text": _read_lines(text, "note", MAX_NOTE)}

    def work(cursor: Cursor) -> str:
        _require(cursor, target)
        # The key was made before: written again after a fatal error, the note is there once.
        cursor.execute("INSERT OR IGNORE INTO note VALUES ($id, $run_id, $prompt_id, $text, $author, $now)", row)
        return str(row["id"])

    return database.write(work)


def remove_note(database: Database, note_id: str) -> None:
    """Take a note away; one that is not there is no error."""
    key = _key(note_id, "note")
    database.write(lambda cursor: cursor.execute("DELETE FROM note WHERE note_id = $id", {"id": key}))


def set_label(database: Database, run_id: str, label: str | None) -> None:
    """Give a run a name, or take it away with None or an empty text.

    Raises NotThere, and StorageError where the label is longer than `MAX_LABEL` or not printable.
    """
    target = Target(run_id=run_id)
    wanted = read_line(label, "label", MAX_LABEL) if label and label.strip() else None

    def work(cursor: Cursor) -> None:
        _require(cursor, target)
        cursor.execute("UPDATE run SET label = $label WHERE run_id = $run_id", {"label": wanted, "run_id": _run_key(run_id)})

    database.write(work)


def read_line(text: str, what: str, most: int) -> str:
    """One line as a person meant it: in Unicode NFC, marks that nobody sees gone, single spaces. Raises StorageError."""
    return _checked(" ".join(_whole(text, what).translate(INVISIBLE).split()), what, most)


def _read_lines(text: str, what: str, most: int) -> str:
    lines = _whole(text, what).translate(INVISIBLE).replace("\r\n", "\n").replace("\r", "\n")
    return _checked("\n".join(line.rstrip() for line in lines.split("\n")).strip(), what, most)


def _whole(text: str, what: str) -> str:
    if (problem := unprintable(text)) is not None:
        raise StorageError(f"The {what} {problem}", key=what)
    return unicodedata.normalize("NFC", text)


def _checked(text: str, what: str, most: int) -> str:
    if not text:
        raise StorageError(f"The {what} is empty.", key=what, remedy="Write something, or leave it.")
    if len(text) > most:
        raise StorageError(
            f"The {what} has {len(text):,} characters; at most {most:,} are kept.", key=what, remedy="Shorten it."
        )
    return text


def _author(author: str | None) -> str | None:
    return read_line(author, "author", MAX_AUTHOR) if author and author.strip() else None


def _row(target: Target, author: str | None) -> dict[str, object]:
    run_id = None if target.run_id is None else _run_key(target.run_id)
    now = naive_utc(datetime.now(UTC))
    return {"id": str(uuid.uuid4()), "run_id": run_id, "prompt_id": target.prompt_id, "author": author, "now": now}


def _run_key(run_id: str) -> str:
    return _key(run_id, "run")


def _key(given: str, what: str) -> str:
    try:
        return str(uuid.UUID(given))
    except ValueError as error:
        raise NotThere(
            f"There is no {what} of that name in the log.", key=what, value=given, remedy="Reload the page."
        ) from error


def _require(cursor: Cursor, target: Target) -> None:
    """What somebody else has deleted in the meantime takes no marks: they would hang in the air."""
    if target.run_id is not None:
        found = cursor.execute("SELECT 1 FROM run WHERE run_id = $key", {"key": _run_key(target.run_id)}).fetchone()
    else:
        found = cursor.execute("SELECT 1 FROM prompt WHERE prompt_id = $key", {"key": target.prompt_id}).fetchone()
    if found is None:
        what = "prompt" if target.run_id is None else "run"
        raise NotThere(f"The {what} is not in the log any more.", key=what, remedy="Somebody deleted it: go back to the list.")


def _gathered(rows: Sequence[tuple[str, str, str | None, str | None, datetime]]) -> Annotations:
    """From rows of kind, key, text, author, time."""
    at: Mapping[str, datetime] = {key: moment.replace(tzinfo=UTC) for _, key, _, _, moment in rows}
    return Annotations(
        tuple(Star(author, at[key]) for kind, key, _, author, _ in rows if kind == "star"),
        tuple(Tag(key, text or "", author, at[key]) for kind, key, text, author, _ in rows if kind == "tag"),
        tuple(Note(key, text or "", author, at[key]) for kind, key, text, author, _ in rows if kind == "note"),
    )
