"""What the layers hand to each other: frozen records, standard library only, shared upward.

A record holds facts and no behaviour beyond what its own fields decide. The words are the design's: a prompt is asked of
checkpoints; each gives one answer per mask; a run is one act of a person.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

MASK = "[MASK]"
"""The canonical spelling of a mask in every stored prompt."""

UNKNOWN_HASH = "unknown"
"""In place of the sha256 of weights or of a tokenizer that nobody here has seen: answers made elsewhere and imported."""

UNKNOWN_TOKEN = -1
"""In place of a token id that was not published with the piece."""


class RunKind(StrEnum):
    """What a person did."""

    ASK = "ask"
    BATCH = "batch"
    IMPORT = "import"
    REPLAY = "replay"
    SAMPLE = "sample"


class RunStatus(StrEnum):
    """How far a run has come."""

    RUNNING = "running"
    COMPLETE = "complete"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One exact set of weights with its tokenizer. Two records that differ in any hash are two checkpoints."""

    name: str
    """The name in the catalogue, such as `bert-base-uncased`."""
    family: str
    """The architecture: `bert`, `distilbert`, `albert`, or what the configuration names."""
    source: str
    """Where the weights were read from: `folder`, `hub`, `bundled`, or `import` for answers made elsewhere."""
    revision: str
    """The hub commit (40 hex digits); where there is none, a sha256 of configuration and weights together; of imported answers,
    a sha256 of where they come from."""
    weights_sha256: str
    """`UNKNOWN_HASH` for imported answers. So the next."""
    tokenizer_sha256: str
    parameters: int
    """0 where it is not known: imported answers. So the next."""
    vocabulary_size: int

    @property
    def identity(self) -> tuple[str, str, str, str, str]:
        """What makes it this checkpoint and no other."""
        return (self.name, self.source, self.revision, self.weights_sha256, self.tokenizer_sha256)


def word_space(checkpoints: Iterable[Checkpoint]) -> str:
    """The name of the words that several checkpoints share: a digest of their vocabularies, whatever their order."""
    vocabularies = sorted({checkpoint.tokenizer_sha256 for checkpoint in checkpoints})
    return hashlib.sha256("\n".join(vocabularies).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Prompt:
    """A distinct text with its masks in the canonical spelling, already normalised (see `storage.spelling`)."""

    text: str

    @property
    def mask_count(self) -> int:
        return self.text.count(MASK)

    @property
    def text_sha256(self) -> str:
        """Hex digest of the UTF-8 text: the key of the prompt."""
        return hashlib.sha256(self.text.encode("utf-8")).hexdigest()


@dataclass(frozen=True, slots=True)
class Prediction:
    """One ranked line of an answer."""

    rank: int
    """1 is the most probable piece."""
    token_id: int
    """`UNKNOWN_TOKEN` where it was not published."""
    piece: str
    """The vocabulary entry as the tokenizer spells it: `cat`, `##ing`, `▁cat`."""
    word: str
    """The word the piece stands for; a continuation is written `##ing` whatever the tokenizer's own mark is."""
    starts_word: bool
    logprob: float | None
    """Natural logarithm of the probability; None where the rank was published without a score."""

    @property
    def score(self) -> float | None:
        """The probability, as the fill-mask pipeline reports it; None where it is not known."""
        return None if self.logprob is None else math.exp(self.logprob)


@dataclass(frozen=True, slots=True)
class Candidate:
    """How one checkpoint scores one word that the person named."""

    word: str
    pieces: tuple[str, ...]
    """The pieces the word is made of in this vocabulary; empty where it cannot be said."""
    in_vocabulary: bool
    """False where the tokenizer has no way to say the word."""
    logprob: float | None
    """One piece: the sum over the ids that stand for the word. Several: left to right inside the word, one mask each."""
    rank: int | None
    """Rank among all pieces (1 = most probable); None for a word of several pieces."""
    rank_shared: int | None
    """Rank among the words that all checkpoints asked together can say; None where the word is not one of them."""
    word_space: str = ""
    """Which words those are: the `word_space` of the checkpoints that were asked together. The same word asked of another set
    of vocabularies is another row."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one checkpoint says at one mask of one prompt. A fact: the same weights say it again."""

    prompt: Prompt
    mask_index: int
    """0 for the first mask of the prompt."""
    checkpoint: Checkpoint
    predictions: tuple[Prediction, ...]
    """Most probable first."""
    entropy: float | None = None
    """Of the full distribution over pieces, nats; None where no full distribution is known (imports). So the next three."""
    sum_p_squared: float | None = None
    top1_margin: float | None = None
    """ln p1 - ln p2."""
    word_mass: float | None = None
    """Probability on pieces that start a word."""
    candidates: tuple[Candidate, ...] = ()

    @property
    def depth(self) -> int:
        """How many predictions are kept."""
        return len(self.predictions)

    @property
    def has_scores(self) -> bool:
        """Whether the probability of every prediction is known."""
        return all(line.logprob is not None for line in self.predictions)

    @property
    def effective_choices(self) -> float | None:
        """e^entropy: among about how many words it chooses."""
        return None if self.entropy is None else math.exp(self.entropy)


@dataclass(frozen=True, slots=True)
class AskedAnswer:
    """An answer as it was given in a run: the fact, and the event."""

    answer: Answer
    latency_ms: float | None
    """Milliseconds in the checkpoint, words of several pieces included; where several prompts went through together, the mean
    of them; where reused, of the look-up. Cutting into pieces and filling several masks together are not counted. None for an
    imported answer."""
    reused: bool
    """True where the answer came from the log and no model ran."""
    row_number: int = 0
    """Which row of a batch asked; 0 for a single ask."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How alike two checkpoints' answers to the same mask are."""

    prompt: Prompt
    mask_index: int
    checkpoint_a: Checkpoint
    checkpoint_b: Checkpoint
    depth: int
    """How many predictions of each list were compared. A word that two pieces stand for counts once in what follows."""
    overlap: float
    """Words that stand in both lists, as a share of the distinct words of the shorter one, 0 to 1."""
    jaccard: float
    rbo: float
    """Extrapolated rank-biased overlap, p = 0.9."""
    jsd_shared: float | None
    """Jensen-Shannon divergence in bits on the shared words and one bucket for the rest; a lower bound of the true one."""
    coverage_a: float | None
    """Probability that checkpoint_a puts on the shared words."""
    coverage_b: float | None
    top1_same: bool


class FillingOrder(StrEnum):
    """In which order the masks of a joint filling were filled."""

    LEFT_TO_RIGHT = "left to right"
    MOST_CONFIDENT_FIRST = "most confident first"
    BEAM = "beam"


@dataclass(frozen=True, slots=True)
class FilledSlot:
    """One mask of a joint filling."""

    mask_index: int
    token_id: int
    piece: str
    word: str
    logprob: float
    """Natural logarithm of the probability, given the prompt and the slots filled before this one."""


@dataclass(frozen=True, slots=True)
class Filling:
    """All masks of a prompt filled together by one checkpoint. A fact, like an answer."""

    prompt: Prompt
    checkpoint: Checkpoint
    order: FillingOrder
    rank: int
    """1 is the most probable filling found in this order."""
    slots: tuple[FilledSlot, ...]
    """In the order in which they were filled."""

    @property
    def logprob(self) -> float:
        """The sum over the slots. Comparable within one order and checkpoint only."""
        return sum(slot.logprob for slot in self.slots)

    @property
    def text(self) -> str:
        """The prompt with its masks replaced by the words."""
        parts = self.prompt.text.split(MASK)
        words = {slot.mask_index: slot.word for slot in self.slots}
        return parts[0] + "".join(words.get(i, MASK) + part for i, part in enumerate(parts[1:]))


@dataclass(frozen=True, slots=True)
class Expectation:
    """A word that a person holds to be right at a mask."""

    prompt: Prompt
    mask_index: int
    word: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A prompt that could not be answered, and why. Kept, so that nothing a person gave is lost."""

    text: str
    problem: str
    """The sentence the person was shown."""
    row_number: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """One act of a person."""

    run_id: str
    """UUID version 7 in its canonical text form, made by the client, so that an append can be repeated safely."""
    kind: RunKind
    started_at: datetime
    """UTC, with its zone."""
    finished_at: datetime | None = None
    status: RunStatus = RunStatus.COMPLETE
    label: str | None = None
    author: str | None = None
    options: Mapping[str, object] = field(default_factory=dict)
    """What was asked for: top_k, candidates. Stored as JSON."""
    environment: Mapping[str, object] = field(default_factory=dict)
    """What answered: dtype, device, library versions. Stored as JSON."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One run, whole: what the Compare page shows at once and the History page shows again."""

    run: Run
    answers: tuple[AskedAnswer, ...] = ()
    """By row number, prompt, mask index, then in the order the checkpoints were asked."""
    agreements: tuple[Agreement, ...] = ()
    expectations: tuple[Expectation, ...] = ()
    refused: tuple[Refused, ...] = ()
    fillings: tuple[Filling, ...] = ()
    """Of prompts with several masks; by prompt, checkpoint, order and rank."""
    saved: bool = True
    """False where the person asked for no log."""

    @property
    def prompts(self) -> tuple[Prompt, ...]:
        """The distinct prompts, in the order in which they were asked."""
        return tuple(dict.fromkeys(asked.answer.prompt for asked in self.answers))
