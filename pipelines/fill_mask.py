"""The engine: token sequences in, log-probabilities at the masks out. The only module here that loads torch.

The arithmetic is the fill-mask pipeline's, without the work whose result nobody sees: sequences are sorted by length and
batched under a token budget, and the vocabulary head, a fifth of BERT's arithmetic, runs at the masks only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from pipelines.checkpoints import Located
from pipelines.errors import PipelineError
from pipelines.prompts import PromptError
from pipelines.vocabulary import read_words
from pipelines.words import WordMap
from storage.records import MASK, Checkpoint, Prompt

T = TypeVar("T")

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

TOKEN_BUDGET = 512
"""Tokens of one forward pass, padding included. It keeps memory flat; its value has not been tuned."""

SMALL = 12_000_000
"""Products that a token costs in the layers (12 x layers x hidden^2) under which a pass runs on one thread. The minis have 3
million, DistilBERT 42, BERT and ALBERT 85. Two threads that meet after every small product lose whole time slices beside any
other busy process: three minis, 30 asks, median 116 to 152 ms on two threads and 26 to 39 ms on one."""


class LoadError(PipelineError):
    """Weights that are there but cannot be run."""


class NotFinite(LoadError):
    """Weights that give no numbers."""


class PromptTooLong(PromptError):
    """A prompt with more pieces than a checkpoint has positions."""


class MasksDiffer(PromptError):
    """A prompt in which a checkpoint sees other masks than the ones that were meant."""


@dataclass(frozen=True, slots=True)
class Row:
    """Token ids of one forward row, and the positions whose distribution is wanted."""

    ids: tuple[int, ...]
    positions: tuple[int, ...]
    piece: int | None = None
    """The one token id whose score is wanted; None for the whole vocabulary."""


class Passes:
    """The one thread in which the forward passes of a process run, batch by batch, in the order in which they were asked for.

    Sessions share the cores fairly that way, and the number of threads that torch uses, which it keeps for the whole process,
    is set where nobody else can change it between.
    """

    def __init__(self) -> None:
        self._usual = 1
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="passes", initializer=self._start)

    def run(self, work: Callable[[], T], *, small: bool) -> T:
        """What `work` gives, once its turn has come. Raises what it raises."""
        return self._thread.submit(self._work, work, small).result()

    def close(self) -> None:
        """End the thread after the passes that were asked for."""
        self._thread.shutdown(wait=True)

    def _start(self) -> None:
        import torch

        self._usual = torch.get_num_threads()

    def _work(self, work: Callable[[], T], small: bool) -> T:
        import torch

        torch.set_num_threads(1 if small else self._usual)
        return work()


@dataclass(frozen=True, slots=True)
class LoadedCheckpoint:
    """Weights in memory with their tokenizer, shared by all sessions."""

    checkpoint: Checkpoint
    words: WordMap = field(repr=False)
    max_tokens: int
    """Positions the checkpoint was built for, control pieces included."""
    tokenizer: PreTrainedTokenizerBase = field(repr=False, compare=False)
    model: PreTrainedModel = field(repr=False, compare=False)
    gather: MaskGather = field(repr=False, compare=False)
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
                sequences.append(Row(tuple(ids), tuple(i for i, each in enumerate(ids) if each == mask_id)))
        return sequences

    def logprobs(self, sequences: Sequence[Row]) -> list[NDArray[np.float64]]:
        """Natural log-probabilities, one array for each sequence: (positions, vocabulary), or (positions, 1) of one piece.

        In float32 on the way and float64 in the normaliser; equal to the fill-mask pipeline's softmax within 1e-5.
        """
        rows: dict[int, NDArray[np.float64]] = {}
        small = 12 * self.model.config.num_hidden_layers * self.model.config.hidden_size**2 < SMALL
        for batch in _batches(sequences):
            logits = self.passes.run(partial(self._forward, [sequences[i] for i in batch]), small=small)
            if not np.isfinite(logits).all():
                raise NotFinite(
                    f"{self.checkpoint.name} gives no numbers: its weights are damaged. Copy or download them again."
                )
            scores = logits - _log_sum_exp(logits)
            start = 0
            for i in batch:
                stop = start + len(sequences[i].positions)
                piece = sequences[i].piece
                # A copy of one column, not a view: a view would keep the whole batch in memory.
                rows[i] = scores[start:stop] if piece is None else scores[start:stop, [piece]].copy()
                start = stop
        return [rows[i] for i in range(len(sequences))]

    def _forward(self, batch: Sequence[Row]) -> NDArray[np.float64]:
        import torch

        width = max(len(each.ids) for each in batch)
        padded = [list(each.ids) + [self._pad_id] * (width - len(each.ids)) for each in batch]
        inputs: dict[str, torch.Tensor] = {"input_ids": torch.tensor(padded)}
        if any(len(each.ids) != width for each in batch):
            lengths = torch.tensor([[len(each.ids)] for each in batch])
            inputs["attention_mask"] = (torch.arange(width)[None, :] < lengths).long()
        self.gather.rows = [row for row, each in enumerate(batch) for _ in each.positions]
        self.gather.columns = [position for each in batch for position in each.positions]
        with torch.inference_mode():
            logits = self.model(**inputs).logits
        gathered: NDArray[np.float64] = logits[0].double().numpy()
        return gathered

    @property
    def _pad_id(self) -> int:
        return int(self.tokenizer.pad_token_id or 0)


class MaskGather:
    """A forward hook on the encoder that keeps only the masks' hidden states, so that the head runs on nothing else.

    Every `...ForMaskedLM` of transformers hands the encoder's first output to its head; replacing it by the gathered rows
    of shape (1, masks, hidden) works for all families without knowing any of them.
    """

    def __init__(self) -> None:
        self.rows: list[int] = []
        self.columns: list[int] = []

    def __call__(self, module: object, inputs: object, output: Any) -> Any:  # noqa: ANN401 - torch's hook signature
        output.last_hidden_state = output.last_hidden_state[self.rows, self.columns].unsqueeze(0)
        return output


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
    gather = MaskGather()
    model.base_model.register_forward_hook(gather)
    loaded = LoadedCheckpoint(
        checkpoint=checkpoint,
        words=read_words(tokenizer.backend_tokenizer, str(tokenizer.mask_token), int(model.config.vocab_size)),
        max_tokens=min(_positions(model), int(tokenizer.model_max_length)),
        tokenizer=tokenizer,
        model=model,
        gather=gather,
        passes=passes,
    )
    # The first pass chooses and compiles kernels, ten times a usual one: better here than while a person waits. It also
    # tells whether the weights give numbers at all.
    loaded.logprobs([each for each in loaded.encode([Prompt(f"a {MASK}.")]) if isinstance(each, Row)])
    return loaded


def _positions(model: PreTrainedModel) -> int:
    """How many pieces the model can number. RoBERTa counts from behind its padding id, and so loses the first ones."""
    table = getattr(getattr(model.base_model, "embeddings", None), "position_embeddings", None)
    skipped = getattr(table, "padding_idx", None)
    return int(model.config.max_position_embeddings) - (0 if skipped is None else int(skipped) + 1)


def _batches(sequences: Sequence[Row]) -> Iterator[list[int]]:
    """Numbers of the sequences, shortest first, in batches whose padded size stays under the token budget."""
    batch: list[int] = []
    for i in sorted(range(len(sequences)), key=lambda each: len(sequences[each].ids)):
        if batch and len(sequences[i].ids) * (len(batch) + 1) > TOKEN_BUDGET:
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch


def _log_sum_exp(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    highest = logits.max(axis=-1, keepdims=True)
    total: NDArray[np.float64] = highest + np.log(np.exp(logits - highest).sum(axis=-1, keepdims=True))
    return total
