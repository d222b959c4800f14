"""The engine: token sequences in, scores at the masks out. It alone brings torch into a process.

The arithmetic is the fill-mask pipeline's, without the work whose result nobody sees: rows share passes (`pipelines.passes`)
without padding (`pipelines.packed`), and the vocabulary head, a fifth of BERT's arithmetic, runs at the masks only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from pipelines.checkpoints import Located
from pipelines.errors import PipelineError
from pipelines.packed import OtherArchitecture, Packed
from pipelines.padded import Padded
from pipelines.passes import Passes, Turn
from pipelines.prompts import PromptError
from pipelines.rows import Row, Scored
from pipelines.vocabulary import read_words
from pipelines.words import WordMap
from storage.records import MASK, Checkpoint, Prompt

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

SMALL = 12_000_000
"""Products that a token costs in the layers (12 x layers x hidden^2) under which a pass runs on one thread. The minis have 3
million, DistilBERT 42, BERT and ALBERT 85. Two threads that meet after every small product lose whole time slices beside any
other busy process: three minis, 30 asks, median 116 to 152 ms on two threads and 26 to 39 ms on one."""


SAME = 1e-3
"""What two ways to run a model may differ by, as logits and as a share of them. Sums of floats differ by a hundredth of it, and
another architecture by a thousand times as much."""


class LoadError(PipelineError):
    """Weights that are there but cannot be run."""


class NotFinite(LoadError):
    """Weights that give no numbers."""


class PromptTooLong(PromptError):
    """A prompt with more pieces than a checkpoint has positions."""


class MasksDiffer(PromptError):
    """A prompt in which a checkpoint sees other masks than the ones that were meant."""


class Network(Protocol):
    """A way to run a model of transformers."""

    def tokens(self, lengths: Sequence[int]) -> int:
        """How many a pass over rows of these lengths computes, padding included."""

    def logits(self, rows: Sequence[Row], give_way: Callable[[], None]) -> torch.Tensor:
        """Shape (masks, vocabulary), in the order of the rows, which come sorted by length and number of masks.

        `give_way` is called between layers.
        """


@dataclass(frozen=True, slots=True)
class LoadedCheckpoint:
    """Weights in memory with their tokenizer, shared by all sessions."""

    checkpoint: Checkpoint
    words: WordMap = field(repr=False)
    max_tokens: int
    """Positions the checkpoint was built for, control pieces included."""
    tokenizer: PreTrainedTokenizerBase = field(repr=False, compare=False)
    model: PreTrainedModel = field(repr=False, compare=False)
    network: Network = field(repr=False, compare=False)
    passes: Passes = field(repr=False, compare=False)

    def encode(self, prompts: Sequence[Prompt]) -> list[Row | PromptError]:
        """Each prompt as one sequence with its mask positions, or the reason why this checkpoint cannot read it."""
        mask_token, mask_id = str(self.tokenizer.mask_token), self.tokenizer.mask_token_id
        texts = [prompt.text.replace(MASK, mask_token) for prompt in prompts]
        encoded: list[list[int]] = self.tokenizer(texts, verbose=False)["input_ids"] if texts else []
        sequences: list[Row | PromptError] = []
        for prompt, ids in zip(prompts, encoded, strict=True):
            if ids.count(mask_id) != prompt.mask_count:
                sequences.append(
                    MasksDiffer(
                        f"{self.checkpoint.name} reads {ids.count(mask_id)} masks, the prompt has {prompt.mask_count}: a word "
                        f"in it is this checkpoint's own mask, {mask_token}. Take that word out, or leave this checkpoint out."
                    )
                )
            elif len(ids) > self.max_tokens:
                sequences.append(
                    PromptTooLong(
                        f"The prompt is {len(ids)} pieces long for {self.checkpoint.name}, which reads at most "
                        f"{self.max_tokens}. Shorten it, or leave this checkpoint out."
                    )
                )
            else:
                sequences.append(_row(ids, mask_id))
        return sequences

    def score(self, rows: Sequence[Row], turn: Turn | None = None) -> list[Scored]:
        """What the checkpoint gives to each row, in the turn of an ask or a batch; without one, in a turn of its own.

        Raises `NotFinite`, and `PassesClosed` where the process is ending.
        """
        if turn is None:
            with self.passes.turn() as own:
                return self.score(rows, own)
        scored = turn.run(self, rows)
        if not all(np.isfinite(each.log_totals).all() for each in scored):
            raise NotFinite(f"{self.checkpoint.name} gives no numbers: its weights are damaged. Copy or download them again.")
        return scored

    def tokens(self, lengths: Sequence[int]) -> int:
        """See `pipelines.tickets.Model`."""
        return self.network.tokens(lengths)

    def forward(self, rows: Sequence[Row], pause: Callable[[], bool]) -> list[Scored]:
        """One pass over these rows, in the thread of the passes. See `pipelines.passes.Model`."""
        import torch

        threads = 1 if self._small else _usual_threads()

        def give_way() -> None:
            if pause():
                torch.set_num_threads(threads)

        torch.set_num_threads(threads)
        order = sorted(range(len(rows)), key=lambda number: (len(rows[number].ids), len(rows[number].positions)))
        with torch.inference_mode():
            logits = self.network.logits([rows[number] for number in order], give_way).numpy()
        scored = dict(zip(order, _split([rows[number] for number in order], logits), strict=True))
        return [scored[number] for number in range(len(rows))]

    @property
    def _small(self) -> bool:
        return 12 * int(self.model.config.num_hidden_layers) * int(self.model.config.hidden_size) ** 2 < SMALL


def _split(rows: Sequence[Row], logits: NDArray[np.float32]) -> list[Scored]:
    """What each row gets of a pass. Who wants a few pieces gets a copy: a view would keep all in memory."""
    highest = logits.max(axis=-1, keepdims=True)
    # numpy's exponential of a number does not depend on where the number stands, as that of torch does.
    probabilities = np.exp(logits - highest)
    sums = probabilities.sum(axis=-1, dtype=np.float64)
    probabilities *= (1 / sums).astype(np.float32)[:, None]
    totals = np.log(sums) + highest[:, 0]
    whole = all(row.pieces is None for row in rows)
    scored, start = [], 0
    for row in rows:
        here = slice(start, start := start + len(row.positions))
        of = slice(None) if row.pieces is None else list(row.pieces)
        parts = logits[here, of], totals[here], probabilities[here, of]
        scored.append(Scored(*(parts if whole else (part.copy() for part in parts))))
    return scored


def _row(ids: Sequence[int], mask_id: int) -> Row:
    return Row(tuple(ids), tuple(i for i, each in enumerate(ids) if each == mask_id))


def _network(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> Network:
    """The quickest way to run the model that gives what transformers gives, as two prompts show."""
    import torch

    pad_id, mask = int(tokenizer.pad_token_id or 0), str(tokenizer.mask_token)
    padded = Padded(model, pad_id)
    try:
        packed = Packed(model)
    except OtherArchitecture:
        return padded
    probes = [_row(tokenizer(text)["input_ids"], tokenizer.mask_token_id) for text in (f"a {mask}.", f"{mask}, a {mask} of a.")]
    probes.sort(key=lambda row: len(row.ids))
    with torch.inference_mode():
        expected = padded.logits(probes, lambda: None)
        padded.remove()
        if torch.allclose(packed.logits(probes, lambda: None), expected, rtol=SAME, atol=SAME, equal_nan=True):
            return packed
    return Padded(model, pad_id)


@cache
def _usual_threads() -> int:
    """How many threads torch chose for this machine. Asked before the first pass sets another number for the whole process."""
    import torch

    return int(torch.get_num_threads())


def load(located: Located, checkpoint: Checkpoint, passes: Passes) -> LoadedCheckpoint:
    """Read a checkpoint's weights into memory, float32 on the CPU. Imports torch: takes seconds the first time.

    Raises `LoadError` where transformers cannot build or run the model, and `WordMapError` where the pieces are no words.
    """
    try:
        return _load(located, checkpoint, passes)
    except PipelineError:
        raise
    except Exception as error:
        # transformers raises anything from OSError to its own validation classes, depending on which file is wrong.
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise LoadError(
            f"{checkpoint.name} in {located.folder} cannot be loaded ({reason}). Copy or download the folder again."
        ) from error


def _load(located: Located, checkpoint: Checkpoint, passes: Passes) -> LoadedCheckpoint:
    import torch
    from transformers import AutoModelForMaskedLM, AutoTokenizer
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # a bar on the terminal of a server, or between the lines of a script's JSON, helps nobody
    folder = str(located.folder)
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    model, report = AutoModelForMaskedLM.from_pretrained(
        folder,
        local_files_only=True,
        trust_remote_code=False,
        use_safetensors=True,
        dtype=torch.float32,
        output_loading_info=True,
    )
    if report["missing_keys"] or report["mismatched_keys"]:
        absent = sorted(map(str, [*report["missing_keys"], *report["mismatched_keys"]]))
        raise LoadError(
            f"The weights of {checkpoint.name} lack {len(absent)} tensors of a masked language model, the first {absent[0]}. "
            "Use a checkpoint that was saved with its masked-language-model head."
        )
    if tokenizer.mask_token is None:
        raise LoadError(f"The tokenizer of {checkpoint.name} has no mask. Use a masked language model.")
    if len(tokenizer) > model.config.vocab_size:
        raise LoadError(
            f"The tokenizer of {checkpoint.name} has {len(tokenizer):,} pieces and its model {model.config.vocab_size:,}: the "
            "two are from different checkpoints. Copy or download the folder again."
        )
    model.eval()
    _usual_threads()
    loaded = LoadedCheckpoint(
        checkpoint=checkpoint,
        words=read_words(tokenizer.backend_tokenizer, str(tokenizer.mask_token), int(model.config.vocab_size)),
        max_tokens=min(_positions(model), int(tokenizer.model_max_length)),
        tokenizer=tokenizer,
        model=model,
        network=_network(model, tokenizer),
        passes=passes,
    )
    # The first pass chooses and compiles kernels, ten times a usual one: better here than while a person waits. It also
    # tells whether the weights give numbers at all.
    loaded.score([each for each in loaded.encode([Prompt(f"a {MASK}.")]) if isinstance(each, Row)])
    return loaded


def _positions(model: PreTrainedModel) -> int:
    """How many pieces the model can number. RoBERTa counts from behind its padding id, and so loses the first ones."""
    table = getattr(getattr(model.base_model, "embeddings", None), "position_embeddings", None)
    skipped = getattr(table, "padding_idx", None)
    return int(model.config.max_position_embeddings) - (0 if skipped is None else int(skipped) + 1)
