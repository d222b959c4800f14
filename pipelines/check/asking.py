"""Questions -> what several checkpoints said, to be looked up by prompt, mask and name. Nothing is written to the log."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from pipelines.answers import Filled, fill
from pipelines.distributions import Question
from pipelines.fill_mask import LoadedCheckpoint
from pipelines.prompts import CandidateError
from pipelines.shelf import Shelf
from storage.records import Agreement, Answer, AskedAnswer, Prompt, Refused

TOGETHER = 256
"""Prompts that go through the checkpoints between two words about the progress."""

Progress = Callable[[int, int], None]
"""Is told how many prompts are answered, and how many there are."""


@dataclass(frozen=True, slots=True)
class Round:
    """What is asked of the same checkpoints."""

    questions: tuple[Question, ...]
    """Each prompt once."""
    depth: int
    """How many predictions of each answer are wanted."""


@dataclass(frozen=True, slots=True)
class Said:
    """What the checkpoints of a round said."""

    _asked: dict[tuple[str, int, str], AskedAnswer] = field(default_factory=dict)
    _agreements: dict[tuple[str, int, str, str], Agreement] = field(default_factory=dict)
    _refused: dict[str, str] = field(default_factory=dict)

    def answer(self, prompt: Prompt, mask: int, name: str) -> Answer:
        """What the checkpoint of that name said at a mask. Only for prompts that were not refused, as the next."""
        return self._asked[prompt.text, mask, name].answer

    def agreement(self, prompt: Prompt, mask: int, names: tuple[str, str]) -> Agreement:
        """How alike two were, in the order in which they were asked."""
        return self._agreements[(prompt.text, mask, *names)]

    def refusal(self, prompt: Prompt) -> str | None:
        """Why a prompt could not be asked."""
        return self._refused.get(prompt.text)

    def seconds(self, prompt: Prompt, name: str) -> float:
        """In the checkpoint, for all masks of a prompt; 0 where it was refused."""
        asked = self._asked.get((prompt.text, 0, name))
        return 0.0 if asked is None or asked.latency_ms is None else asked.latency_ms / 1000

    def take(self, filled: Filled) -> None:
        """Add what came back."""
        for asked in filled.answers:
            answer = asked.answer
            self._asked[answer.prompt.text, answer.mask_index, answer.checkpoint.name] = asked
        for each in filled.agreements:
            self._agreements[each.prompt.text, each.mask_index, each.checkpoint_a.name, each.checkpoint_b.name] = each
        self._refused.update((each.text, each.problem) for each in filled.refused)


def ask_rounds(
    rounds: Mapping[tuple[str, ...], Round], shelf: Shelf, on_progress: Progress | None = None
) -> Mapping[tuple[str, ...], Said]:
    """What the checkpoints of each round, by their names, say to its questions. Raises what `Shelf.get` raises."""
    total, done = sum(len(each.questions) for each in rounds.values()), 0
    found = {}
    for names, each in rounds.items():
        loaded = [shelf.get(name) for name in names]
        said = found[names] = Said()
        for start in range(0, len(each.questions), TOGETHER):
            some = each.questions[start : start + TOGETHER]
            said.take(_fill(loaded, some, each.depth))
            done += len(some)
            if on_progress is not None:
                on_progress(done, total)
    return found


def _fill(loaded: Sequence[LoadedCheckpoint], questions: Sequence[Question], depth: int) -> Filled:
    """All at once; where the words of one prompt are too much, that one is refused and not the others."""
    try:
        return fill(loaded, questions, depth)
    except CandidateError as error:
        if len(questions) == 1:
            return Filled((), (), (Refused(questions[0].prompt.text, str(error)),))
    half = len(questions) // 2
    first, rest = _fill(loaded, questions[:half], depth), _fill(loaded, questions[half:], depth)
    return Filled(first.answers + rest.answers, first.agreements + rest.agreements, first.refused + rest.refused)
