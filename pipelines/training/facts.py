"""What a run printed about a checkpoint, kept beside it as ``training.json``: the only source of the figures of its card."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pipelines.training.errors import TrainingError
from pipelines.training.recipe import Family

FILE = "training.json"
REFERENCE = "bert-mini"
"""The checkpoint whose speed and size the others are compared with."""


@dataclass(frozen=True)
class Accuracy:
    """How well one predictor names the pieces under the masks."""

    loss: float
    """Mean negative log-probability of the piece under the mask, in nats."""
    top_1: float
    """Share of masks whose piece is the most probable one, in per cent."""
    top_5: float
    """Share of masks whose piece is among the five most probable, in per cent."""
    masks: int


@dataclass(frozen=True)
class Training:
    """How a checkpoint came to be."""

    checkpoint: str
    family: Family
    teacher: str | None
    machine: str
    """In plain words, such as "two CPU cores"."""
    length: str
    """"CPU" or "GPU": which of the two lengths of the recipe."""
    minutes: float
    by_steps: bool
    """Whether the schedule followed the steps, which repeats exactly, and not the minutes."""
    steps: int
    tokens: int
    """Pieces the model has read, [CLS] and [SEP] included."""
    seed: int
    peak_rate: float
    warmup_steps: int
    tokens_per_step: int
    mask_share_first: float
    mask_share_last: float
    disguise_until: float
    """The part of the training, 0 to 1, up to which the chosen pieces were disguised as in BERT."""
    vocabulary_size: int
    layers: int
    hidden_size: int
    embedding_size: int
    heads: int
    feed_forward: int
    positions: int
    parameters: int
    train_pieces: int
    held_out_pieces: int
    versions: dict[str, str]
    float32: Accuracy
    """Before the weights were rounded to float16."""
    remark: str = ""
    """What else there is to say of this run, such as that it went on from an earlier one."""


@dataclass(frozen=True)
class Baselines:
    """What counting alone can do with the same masks."""

    unigram: Accuracy
    """The most frequent pieces."""
    trigram: Accuracy
    """From the two pieces before the mask."""
    between: Accuracy
    """From the pieces on either side of the mask."""


@dataclass(frozen=True)
class Probe:
    """One published set of questions."""

    name: str
    figure: str
    """What the percentage counts."""
    percent: float
    answered: int
    """Questions whose answers are whole pieces of the vocabulary; the others are left out."""
    asked: int


@dataclass(frozen=True)
class Evaluation:
    """What the finished checkpoint can do."""

    accuracy: Accuracy
    """Every chosen piece shown as a mask."""
    disguised: Accuracy
    """The chosen pieces shown as in training: 80 % masks, 10 % random pieces, 10 % themselves."""
    row_length: int
    baselines: Baselines
    milliseconds: float
    """For 32 rows of 32 pieces with one mask each, the fastest of fifteen passes."""
    times_bert_speed: float | None
    """How many times as fast as bert-mini in the same run."""
    share_of_bert: float | None
    """Parameters as a share of those of bert-mini."""
    megabytes: float
    prompts: dict[str, list[str]]
    """The five most probable words for each of the fixed prompts."""
    probes: list[Probe]


@dataclass(frozen=True)
class Facts:
    """Everything known of one checkpoint."""

    training: Training
    evaluation: Evaluation | None = None

    def save(self, folder: Path) -> None:
        """Write ``training.json`` into the folder of the checkpoint."""
        text = json.dumps(_rounded(asdict(self)), indent=2, ensure_ascii=False)
        (folder / FILE).write_text(text + "\n", encoding="utf-8")

    @staticmethod
    def load(folder: Path) -> "Facts":
        """Read ``training.json`` back.

        Raises:
            TrainingError: the folder has none, so nobody knows how its checkpoint was made.
        """
        try:
            read = json.loads((folder / FILE).read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise TrainingError(
                f"{folder} has no {FILE}: train it with python -m pipelines train --checkpoint {folder.name}."
            ) from error
        training = Training(**read["training"] | {"float32": Accuracy(**read["training"]["float32"])})
        found = read["evaluation"]
        if found is None:
            return Facts(training)
        rich = {
            "accuracy": Accuracy(**found["accuracy"]),
            "disguised": Accuracy(**found["disguised"]),
            "baselines": Baselines(**{name: Accuracy(**figures) for name, figures in found["baselines"].items()}),
            "probes": [Probe(**probe) for probe in found["probes"]],
        }
        return Facts(training, Evaluation(**found | rich))


def _rounded(value: Any) -> Any:  # noqa: ANN401 (whatever JSON holds)
    """Six digits are more than the figures mean."""
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    return float(f"{value:.6g}") if isinstance(value, float) else value
