"""The JSON of a comparison, as `python -m pipelines ask --json` prints it, described field by field."""

from __future__ import annotations

from dashboard.api.fields import Said


class PredictionSaid(Said):
    """One ranked line of an answer."""

    rank: int
    """1 is the most probable piece."""
    word: str
    """The word that the piece stands for; a continuation is written `##ing`."""
    piece: str
    """The entry of the vocabulary as the tokenizer spells it."""
    token_id: int
    """-1 where it was not published."""
    score: float | None
    """The probability, as the fill-mask pipeline reports it; null where only the rank is known."""
    logprob: float | None
    """Its natural logarithm."""


class CandidateSaid(Said):
    """How a checkpoint scores a word that was named."""

    word: str
    pieces: list[str]
    """How the tokenizer cuts it."""
    in_vocabulary: bool
    """Whether the checkpoint can say it."""
    logprob: float | None
    """Natural logarithm of the probability of the whole word; null where it cannot be said."""
    rank: int | None
    """Among all pieces of the vocabulary; null for a word of several pieces."""


class AnswerSaid(Said):
    """What one checkpoint says at one mask."""

    checkpoint: str
    source: str
    """Where the weights were read from: folder, hub, bundled or import."""
    revision: str
    weights_sha256: str
    mask_index: int
    """From 0."""
    reused: bool
    """Whether it came from the log, without running a model."""
    latency_ms: float | None
    """From handing over the prompt until the answer was there."""
    entropy: float | None
    """Of the whole distribution, in nats."""
    sum_p_squared: float | None
    """Of the whole distribution."""
    top1_margin: float | None
    """ln p1 - ln p2."""
    word_mass: float | None
    """The probability that goes to pieces that start a word."""
    predictions: list[PredictionSaid]
    candidates: list[CandidateSaid]


class AgreementSaid(Said):
    """How alike two checkpoints' answers to a mask are. docs/metrics.md defines the figures."""

    checkpoint_a: str
    checkpoint_b: str
    mask_index: int
    overlap: float
    jaccard: float
    rbo: float
    jsd_shared: float | None
    coverage_a: float | None
    coverage_b: float | None
    top1_same: bool


class ComparisonSaid(Said):
    """One prompt, asked of one or several checkpoints."""

    run_id: str | None
    """Null where nothing was kept."""
    prompt: str | None
    """In the canonical spelling; null where a run has none that could be asked."""
    answers: list[AnswerSaid]
    agreements: list[AgreementSaid]
