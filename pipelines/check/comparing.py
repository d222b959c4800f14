"""Published answers and a shelf -> a report: every checkpoint at hand asked what the real one was asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from pipelines.ask import environment
from pipelines.check.asking import Progress, Round, Said, ask_rounds
from pipelines.check.problems import CheckError
from pipelines.check.published import Published, PublishedEntry, compare, unsayable
from pipelines.check.verdicts import Aspect, Outcome, Report, Unit, Verdict
from pipelines.checkpoints import Located, locate
from pipelines.distributions import Question
from pipelines.errors import UnknownCheckpoint
from pipelines.shelf import Shelf
from storage.records import Checkpoint, Prompt
from storage.spelling import short

_ABSENT = "The weights are not here."


def check_published(
    published: Published, shelf: Shelf, *, checkpoints: Sequence[str] = (), on_progress: Progress | None = None
) -> Report:
    """Compare what was published with what the checkpoints of these names say here.

    A checkpoint answers under its own name only: where the weights of a full-size one are not at hand, what they said is
    skipped, with the way to get them among the notes. `checkpoints` names those to compare; all of the file without it.

    Raises `CheckError` where nothing can be compared, `CheckpointError` and `LoadError` where weights are damaged.
    """
    started_at = datetime.now(UTC)
    of_name: dict[str, list[PublishedEntry]] = {}
    for each in published.entries:
        of_name.setdefault(each.answers[0].answer.checkpoint.name, []).append(each)
    for name in checkpoints:
        if name not in of_name:
            raise CheckError(f"{published.name} holds no answer of {short(name)}. It holds answers of {', '.join(of_name)}.")
    of_name = {name: each for name, each in of_name.items() if not checkpoints or name in checkpoints}
    why = {name: _why_not(name, shelf) for name in of_name}
    known = {name: shelf.identify(name) for name in of_name if why[name] is None}
    said = ask_rounds({(name,): _round(of_name[name]) for name in known}, shelf, on_progress)
    verdicts: list[Verdict] = []
    notes = []
    for name, entries in of_name.items():
        absent = why[name]
        if absent is not None:
            notes.append(f"{name}: {_count(len(entries))} not compared. {absent}")
            verdicts += [_skipped(published, each, each.answers[0].answer.checkpoint, _ABSENT) for each in entries]
            continue
        own = tuple(_of_one(published, entries, known[name], shelf, said[name,]))
        verdicts += own
        notes += _remarks(name, own, shelf)
    if all(each.outcome is Outcome.SKIPPED for each in verdicts):
        reason = next(filter(None, why.values()), None) or notes[0]
        raise CheckError(f"Nothing of {published.name} was compared: it holds answers of {', '.join(of_name)}. {reason}")
    return Report(published.name, published.sha256, started_at, tuple(verdicts), environment(), tuple(notes))


def _why_not(name: str, shelf: Shelf) -> str | None:
    """Why a checkpoint cannot be asked, and the way out; None where it can."""
    try:
        found = locate(name, shelf.settings)
    except UnknownCheckpoint:
        return "No checkpoint has this name: give its folder in the settings file (docs/checkpoints.md)."
    return None if isinstance(found, Located) else f"{found.why} {found.remedy}"


def _round(entries: Sequence[PublishedEntry]) -> Round:
    prompts = dict.fromkeys(each.answer.prompt for entry in entries for each in entry.answers)
    depth = max(each.answer.depth for entry in entries for each in entry.answers)
    return Round(tuple(map(Question, prompts)), depth)


def _of_one(
    published: Published, entries: Sequence[PublishedEntry], checkpoint: Checkpoint, shelf: Shelf, said: Said
) -> Iterator[Verdict]:
    sayable = frozenset(form.removeprefix("##") for form in shelf.get(checkpoint.name).words.forms)
    for entry in entries:
        damaged = next((word for each in entry.answers if (word := unsayable(each, sayable)) is not None), None)
        if damaged is not None:
            why = f"It lists {short(damaged)} without an id, and no piece of {checkpoint.name} is that: the list was damaged."
            yield _skipped(published, entry, checkpoint, why)
            continue
        prompt = entry.answers[0].answer.prompt
        yield Verdict(
            _title(published, entry),
            entry.number,
            Aspect.PUBLISHED,
            (checkpoint,),
            units=tuple(_units(entry, prompt, checkpoint, said)),
            seconds=said.seconds(prompt, checkpoint.name),
        )


def _units(entry: PublishedEntry, prompt: Prompt, checkpoint: Checkpoint, said: Said) -> Iterator[Unit]:
    problem = said.refusal(prompt)
    if problem is not None:
        yield Unit((prompt.text,), entry.number, problem=problem)
        return
    for each in entry.answers:
        ours = said.answer(prompt, each.answer.mask_index, checkpoint.name)
        yield Unit((prompt.text,), entry.number, findings=compare(each, ours))


def _skipped(published: Published, entry: PublishedEntry, checkpoint: Checkpoint, why: str) -> Verdict:
    return Verdict(_title(published, entry), entry.number, Aspect.PUBLISHED, (checkpoint,), skipped=why)


def _title(published: Published, entry: PublishedEntry) -> str:
    return f"{published.unit} {entry.number}: {entry.answers[0].answer.prompt.text}"


def _remarks(name: str, verdicts: Sequence[Verdict], shelf: Shelf) -> Iterator[str]:
    skipped = [each for each in verdicts if each.skipped is not None]
    if skipped:
        yield f"{name}: {_count(len(skipped))} not compared. {skipped[0].case[:60]}: {skipped[0].skipped}"
    found = locate(name, shelf.settings)
    if isinstance(found, Located):
        yield from found.remarks


def _count(number: int) -> str:
    return "1 answer was" if number == 1 else f"{number:,} answers were"
