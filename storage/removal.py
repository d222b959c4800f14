"""Taking a run or a prompt out of the log: what nobody else asked for goes with it, what another run uses stays."""

from __future__ import annotations

import uuid
from dataclasses import astuple, dataclass

from storage.annotations import Target
from storage.database import Cursor, Database
from storage.questions import question

__all__ = ["Going", "Target", "remove", "remove_run", "remove_unasked", "what_goes"]


@dataclass(frozen=True, slots=True)
class Going:
    """How much goes. All zero where the run or the prompt is not in the log."""

    runs: int = 0
    """Runs that go whole: the one named, or those that asked nothing but the prompt named."""
    asks: int = 0
    answers: int = 0
    """Answers that nobody else asked for, with everything that hangs on them."""
    predictions: int = 0
    prompts: int = 0
    refused: int = 0
    """Texts that could not be answered."""
    tags: int = 0
    """On these runs and on these prompts; so the stars and the notes."""
    stars: int = 0
    notes: int = 0
    still_asked_elsewhere: int = 0
    """Answers of a run that stay, because another run asked for them, too."""
    runs_shortened: int = 0
    """Runs that lose the prompt and stay with their other ones."""
    drifts: int = 0
    """Rows of replays that compare with an answer that goes."""
    pending: int = 0
    """Prompts of a batch that have not been asked yet."""

    def in_words(self) -> str:
        """What goes, for a person who is about to say yes.

        >>> Going(runs=1, asks=2, answers=2, predictions=10, prompts=1, notes=1).in_words()
        'This deletes 1 run, 1 prompt, 2 answers with 10 predictions, and 1 note.'
        """
        if not any(astuple(self)):
            return "Nothing goes: it is not in the log any more."
        counted = (
            (self.runs, _count(self.runs, "run")),
            (self.prompts, _count(self.prompts, "prompt")),
            (self.refused, _count(self.refused, "refused text")),
            (self.answers, f"{_count(self.answers, 'answer')} with {_count(self.predictions, 'prediction')}"),
            (self.pending, f"{_count(self.pending, 'prompt')} not asked yet"),
            (self.drifts, f"{_count(self.drifts, 'comparison')} of a replay"),
            (self.tags, _count(self.tags, "tag")),
            (self.stars, _count(self.stars, "star")),
            (self.notes, _count(self.notes, "note")),
        )
        named = [words for number, words in counted if number]
        said = "This deletes " + (", ".join(named[:-1]) + ", and " + named[-1] if len(named) > 1 else named[0]) + "."
        if self.still_asked_elsewhere == 1:
            said += " 1 answer stays: another run asked for it, too."
        elif self.still_asked_elsewhere:
            said += f" {self.still_asked_elsewhere:,} answers stay: other runs asked for them, too."
        if self.runs_shortened == 1:
            said += " 1 run loses it and stays with its other prompts."
        elif self.runs_shortened:
            said += f" {self.runs_shortened:,} runs lose it and stay with their other prompts."
        return said


def what_goes(database: Database, target: Target) -> Going:
    """What `remove` would take away now. Nothing is changed."""
    return database.read(lambda cursor: _stage(cursor, target))


def remove(database: Database, target: Target) -> Going:
    """Take a run or a prompt out, in one transaction, and say what went. One that is not there is no error.

    With a run go its asks, refused texts, tags, stars and notes, and the answers that only it asked for with everything that
    hangs on them; a prompt left without an answer goes with what people put on it, since no page would show it any more. With a
    prompt go all its answers, the texts that were refused under its spelling, and every run that asked nothing else.
    """
    return database.write(lambda cursor: _remove(cursor, target))


def remove_run(cursor: Cursor, run_id: str) -> Going:
    """The same for a run, inside a transaction of the writer."""
    return _remove(cursor, Target(run_id=run_id))


def remove_unasked(database: Database) -> Going:
    """Take out every answer that no run asked for, with everything that hangs on it, in one transaction.

    A log has none, but where a batch was lent answers and ended before it asked for all of them (`storage.lending`).
    """
    return database.write(lambda cursor: _remove(cursor, None, "unasked_answers"))


def _remove(cursor: Cursor, target: Target | None, answers: str = "gone_answers") -> Going:
    going = _stage(cursor, target, answers)
    if any(astuple(going)):
        cursor.execute(question("remove"))
    return going


def _stage(cursor: Cursor, target: Target | None, answers: str = "gone_answers") -> Going:
    """Make what goes readable as `staged_gone`, `staged_prompt`, `staged_refused` and `staged_run`, and count it."""
    key = {"run_id": None, "prompt_id": None} if target is None else _key(target)
    for name, asked in (
        ("staged_gone", answers),
        ("staged_prompt", "gone_prompts"),
        ("staged_refused", "gone_refused"),
        ("staged_run", "gone_runs"),
    ):
        statement = question(asked)
        wanted = {each: value for each, value in key.items() if f"${each}" in statement}
        cursor.register(name, cursor.sql(statement, params=wanted).to_arrow_table())
    (row,) = cursor.execute(question("what_goes")).fetchall()
    return Going(*row)


def _key(target: Target) -> dict[str, str | int | None]:
    return {"run_id": _canonical(target.run_id), "prompt_id": target.prompt_id}


def _canonical(run_id: str | None) -> str | None:
    try:
        return None if run_id is None else str(uuid.UUID(run_id))
    except ValueError:
        return None  # no run has this name, and so nothing goes


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
