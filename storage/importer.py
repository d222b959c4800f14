"""A file of answers that were made elsewhere -> one run of the log. What cannot be taken over is kept as refused.

Known are the list of a published collection, what the fill-mask pipeline of transformers returns, and a CSV with a row for
each prediction; `storage.formats` has a module for each. What a file does not say stays unknown: no figure of a full
distribution, no score where only ranks were published, no time that the answer took.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from storage.errors import StorageError
from storage.formats.checks import MAX_NAME, origins, read_answers, read_checkpoint, read_expectations
from storage.formats.csv_file import read_csv
from storage.formats.entries import Entry, EntryProblem, Given
from storage.formats.json_file import read_json
from storage.log import Log
from storage.records import Answer, AskedAnswer, Comparison, Expectation, Refused, Run, RunKind, RunStatus
from storage.run_ids import new_run_id
from storage.spelling import MAX_CHARACTERS, printable
from storage.staging import AnswerKey, answer_key, merge

MAX_BYTES = 200_000_000
"""A file is read whole, so that it is imported whole or not at all; 200 MB are about 300,000 answers of ten words."""

_WAY_OUT = (
    "A CSV has a first line that names checkpoint, prompt, rank, word and score, and a line for each prediction; "
    "docs/storage.md shows every form."
)


@dataclass(frozen=True, slots=True)
class Imported:
    """A file as a run that can be appended, and what became of its entries."""

    comparison: Comparison
    """Its answers once each; `refused` holds the entries that are not taken over."""
    duplicates: int
    """Answers that the file gives again. Of several, the one with scores is kept, then the deepest, then the first."""
    unit: str
    """What the row numbers of `comparison.refused` count: `line` or `entry`."""

    @property
    def answers(self) -> tuple[Answer, ...]:
        return tuple(asked.answer for asked in self.comparison.answers)

    @property
    def predictions(self) -> int:
        """Ranked lines of all answers."""
        return sum(answer.depth for answer in self.answers)

    @property
    def without_scores(self) -> int:
        """Answers of which at least one rank came without a score."""
        return sum(not answer.has_scores for answer in self.answers)


def import_file(
    log: Log,
    path: Path,
    *,
    label: str | None = None,
    author: str | None = None,
    checkpoint: str | None = None,
    prompt: str | None = None,
    source: str | None = None,
) -> Imported:
    """Read a file and keep it as one run, in one transaction. Raises StorageError, then nothing of it is kept.

    The same file again is another run of the same answers.
    """
    imported = read(path, label=label, author=author, checkpoint=checkpoint, prompt=prompt, source=source)
    log.append(imported.comparison)
    return imported


def read(
    path: Path,
    *,
    kind: RunKind = RunKind.IMPORT,
    label: str | None = None,
    author: str | None = None,
    checkpoint: str | None = None,
    prompt: str | None = None,
    source: str | None = None,
) -> Imported:
    """The run that a file holds; nothing is written.

    `checkpoint` and `prompt` stand in where an entry does not name its own. The answers of one file are of the same weights
    where they have the same name; those of two files are not, unless both are said to come from the same `source`: a
    checkpoint's revision is the sha256 of that text, or of the file.

    Raises StorageError where the file cannot be read, is of no known form or holds no answer.
    """
    for what, text in (("label", label), ("author", author), ("source", source)):
        if text is not None and len(text) > MAX_NAME:
            raise StorageError(f"The {what} has {len(text):,} characters; at most {MAX_NAME} are kept.", key=what, value=text)
    content, text = _read_text(path)
    digest = hashlib.sha256(content).hexdigest()
    given = _read_entries(path, text, checkpoint, prompt)
    if prompt is None and any(entry.prompt is None for entry in given.entries):
        raise StorageError(f"The file {path.name} names no prompt.", key="prompt", remedy="Say it with --prompt.")
    if checkpoint is None and given.entries and all(entry.checkpoint is None for entry in given.entries):
        raise StorageError(
            f"The file {path.name} names no checkpoint.", key="checkpoint", remedy="Say which one answered with --checkpoint."
        )
    revision = digest if source is None else hashlib.sha256(f"source {source}".encode("utf-8", "replace")).hexdigest()
    return _collect(path, given, revision, _Facts(kind, label, author, checkpoint, source, digest))


@dataclass(frozen=True, slots=True)
class _Facts:
    """What a person says about an import, and what the file is known by."""

    kind: RunKind
    label: str | None
    author: str | None
    checkpoint: str | None
    source: str | None
    sha256: str


def read_entries(path: Path) -> tuple[Given, str]:
    """What a file says, entry by entry and before anything of it is checked, and the sha256 of the file.

    Raises StorageError where it cannot be read, or is of no known form.
    """
    content, text = _read_text(path)
    return _read_entries(path, text, None, None), hashlib.sha256(content).hexdigest()


def _collect(path: Path, given: Given, revision: str, facts: _Facts) -> Imported:
    answers: dict[AnswerKey, Answer] = {}
    first_asked: dict[str, int] = {}
    expectations: dict[Expectation, None] = {}
    refused = [Refused(printable(each.text), each.problem, each.number) for each in given.spoiled]
    taken: list[Entry] = []
    duplicates = 0
    for entry in given.entries:
        try:
            found = read_answers(entry, read_checkpoint(entry.checkpoint or facts.checkpoint, revision))
            expected = read_expectations(entry, found[0].prompt)
        except EntryProblem as problem:
            refused.append(Refused(printable((entry.prompt or "")[:MAX_CHARACTERS]), str(problem), entry.number))
            continue
        taken.append(entry)
        expectations.update(dict.fromkeys(expected))
        for answer in found:
            key = answer_key(answer)
            duplicates += key in answers
            answers[key] = merge(answers[key], answer) if key in answers else answer
            # All answers to a prompt are asked in one row, so that they stand side by side wherever a run is shown.
            first_asked.setdefault(answer.prompt.text, entry.number)
    if not answers and not refused:
        raise StorageError(f"The file {path.name} holds no answers.", key="file", value=str(path), remedy=_WAY_OUT)
    ordered = sorted(answers.values(), key=lambda each: (first_asked[each.prompt.text], each.mask_index))
    asked = tuple(AskedAnswer(each, None, reused=False, row_number=first_asked[each.prompt.text]) for each in ordered)
    run = _run(path, given.form, facts, taken, ordered)
    refused.sort(key=lambda each: each.row_number)
    return Imported(Comparison(run, asked, (), tuple(expectations), tuple(refused)), duplicates, given.unit)


def _run(path: Path, form: str, facts: _Facts, entries: Sequence[Entry], answers: Sequence[Answer]) -> Run:
    now = datetime.now(UTC)
    return Run(
        run_id=new_run_id(),
        kind=facts.kind,
        started_at=now,
        finished_at=now,
        status=RunStatus.COMPLETE if answers else RunStatus.FAILED,
        label=facts.label or None,
        author=facts.author or None,
        options={
            "file": printable(path.name),
            "file_sha256": facts.sha256,
            "format": form,
            "source": facts.source,
            "checkpoints": list(dict.fromkeys(answer.checkpoint.name for answer in answers)),
            "published": origins({entry.number: entry.origin for entry in entries}),
        },
    )


def _read_text(path: Path) -> tuple[bytes, str]:
    try:
        if path.is_file() and path.stat().st_size > MAX_BYTES:
            raise StorageError(
                f"The file {path} has over {MAX_BYTES // 1_000_000} MB.", key="file", value=str(path), remedy="Split it."
            )
        content = path.read_bytes()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise StorageError(f"The file {path} cannot be read: {reason}.", key="file", value=str(path)) from error
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise StorageError(
            f"The file {path} is not in UTF-8 (byte {error.start:,}).", key="file", value=str(path), remedy="Save it as UTF-8."
        ) from error
    if not text.strip():
        raise StorageError(f"The file {path} is empty.", key="file", value=str(path), remedy=_WAY_OUT)
    return content, text


def _read_entries(path: Path, text: str, checkpoint: str | None, prompt: str | None) -> Given:
    """By the ending of the name, or by how the text begins where that does not tell."""
    suffix = path.suffix.lower()
    as_csv = suffix in (".csv", ".tsv") or (suffix not in (".json", ".jsonl", ".ndjson") and text.lstrip()[0] not in "[{")
    return read_csv(text, path.name, checkpoint=checkpoint, prompt=prompt) if as_csv else read_json(text, path.name, prompt)


def in_words(imported: Imported) -> str:
    """What an import did, in one paragraph for a shell."""
    if not imported.answers:
        run_id, refused = imported.comparison.run.run_id, imported.comparison.refused
        kept = "is" if len(refused) == 1 else "are"
        return (
            f"Nothing could be imported: {_count(len(refused), imported.unit)} {kept} refused, and kept as such in run "
            f"{run_id}.{reasons(imported)}"
        )
    answers, refused = imported.answers, imported.comparison.refused
    prompts = len(imported.comparison.prompts)
    said = (
        f"Imported {_count(prompts, 'prompt')}, {_count(len(answers), 'answer')} and "
        f"{_count(imported.predictions, 'prediction')}; {_count(imported.without_scores, 'answer')} without scores"
    )
    if imported.duplicates:
        said += f"; {_count(imported.duplicates, 'answer')} given again"
    said += f"; {_count(len(refused), imported.unit)} refused" if refused else "; nothing refused"
    return f"{said}. Run {imported.comparison.run.run_id}.{reasons(imported)}"


def reasons(imported: Imported, most: int = 3) -> str:
    """Why the first of the refused were refused."""
    refused = imported.comparison.refused
    told = "".join(f" {imported.unit.capitalize()} {each.row_number}: {each.problem}" for each in refused[:most])
    return told + (f" And {len(refused) - most:,} more." if len(refused) > most else "")


def _count(number: int, noun: str) -> str:
    plural = noun.removesuffix("y") + "ies" if noun.endswith("y") else noun + "s"
    return f"{number:,} {noun if number == 1 else plural}"
