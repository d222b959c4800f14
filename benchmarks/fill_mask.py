"""How fast the engine answers, as a ratio against the fill-mask pipeline, and against its own arithmetic, in the same run.

    python -m benchmarks.fill_mask [--prompts 128] [--rounds 3] [--family bert|distilbert|albert|together]

Random weights of the real sizes with a tokenizer of the bundled checkpoints: speed does not depend on what the weights say.
What is timed is the whole of a batch: passes, figures of the full distributions, and the transactions that keep them. The peer
is `transformers.pipeline("fill-mask")`, given the whole list, one by one and at the best of several batch sizes. What must be
computed is counted for tokens without padding, and held against what matrix products of these shapes reach. All of them take
turns, so that whatever else the machine does falls on all; each figure is a ratio of medians.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from pipelines.answers import CHUNK, fill
from pipelines.checkpoints import Located, Source, identify, require
from pipelines.distributions import Question
from pipelines.fill_mask import LoadedCheckpoint, load
from pipelines.passes import Passes
from pipelines.rows import Row, Scored
from pipelines.settings import read_settings
from pipelines.tickets import TOKEN_BUDGET
from storage.log import Log
from storage.records import Comparison, Prompt, Run, RunKind
from storage.run_ids import new_run_id

FAMILIES = ("bert", "distilbert", "albert")
BATCH_SIZES = (4, 8, 16, 32)
TOP_K = 5
KEPT_TOGETHER = 128
"""Prompts of one transaction."""


def prompts(count: int, seed: int = 0) -> list[str]:
    """Texts of 4 to 40 words, one of them masked."""
    chance = random.Random(seed)
    words = [
        "the",
        "of",
        "and",
        "to",
        "in",
        "was",
        "his",
        "that",
        "it",
        "had",
        "with",
        "as",
        "for",
        "on",
        "at",
        "by",
        "which",
        "from",
        "but",
        "not",
        "be",
        "they",
        "an",
        "she",
        "or",
        "we",
    ]
    texts = []
    for _ in range(count):
        text = [chance.choice(words) for _ in range(chance.randint(4, 40))]
        text[chance.randrange(len(text))] = "[MASK]"
        texts.append(" ".join(text) + ".")
    return texts


def random_weights(family: str, folder: Path, **sizes: int) -> Path:
    """A checkpoint of the real size and shape, or with other sizes: the configuration of its base model, weights at random."""
    import torch
    from transformers import AutoModelForMaskedLM, AutoTokenizer
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING
    from transformers.utils.logging import disable_progress_bar

    torch.manual_seed(0)
    real: dict[str, dict[str, Any]] = {
        "bert": {"vocab_size": 30_522},
        "distilbert": {"vocab_size": 30_522},
        # albert-base-v2; the defaults of the class are those of the largest ALBERT.
        "albert": {"vocab_size": 30_000, "hidden_size": 768, "num_attention_heads": 12, "intermediate_size": 3072},
    }
    target = folder / f"{family}-random"
    disable_progress_bar()
    AutoModelForMaskedLM.from_config(CONFIG_MAPPING[family](**real[family] | sizes)).save_pretrained(target)
    AutoTokenizer.from_pretrained(str(require(f"{family}-mini", read_settings()).folder)).save_pretrained(target)
    return target


def load_random(family: str, folder: Path, passes: Passes) -> LoadedCheckpoint:
    """The same in memory."""
    located = Located(f"{family}-random", family, Source.FOLDER, random_weights(family, folder), "0" * 40, 0)
    return load(located, identify(located, read_settings()), passes)


class Bare:
    """The passes of a checkpoint alone: what it computes is dropped, and no figure is taken."""

    def __init__(self, loaded: LoadedCheckpoint) -> None:
        self._loaded = loaded

    def tokens(self, lengths: Sequence[int]) -> int:
        """See `pipelines.tickets.Model`."""
        return self._loaded.tokens(lengths)

    def forward(self, rows: Sequence[Row], pause: Callable[[], bool]) -> list[Scored]:
        """See `pipelines.tickets.Model`."""
        import torch

        del pause
        in_order = sorted(rows, key=lambda row: (len(row.ids), len(row.positions)))
        with torch.inference_mode():
            self._loaded.network.logits(in_order, lambda: None)
        return [Scored(np.empty((1, 1), dtype=np.float32), np.zeros(1), np.empty((1, 1), dtype=np.float32))] * len(rows)


def bare(checkpoints: Sequence[LoadedCheckpoint], questions: Sequence[Question]) -> None:
    """The passes of a batch with nothing around them, in the same chunks."""
    for start in range(0, len(questions), CHUNK):
        for loaded in checkpoints:
            asked = [question.prompt for question in questions[start : start + CHUNK]]
            rows = [each for each in loaded.encode(asked) if isinstance(each, Row)]
            with loaded.passes.turn(background=True) as turn:
                turn.run(Bare(loaded), rows)


def whole(checkpoints: Sequence[LoadedCheckpoint], questions: Sequence[Question], log: Log) -> None:
    """A batch with everything that it computes and keeps."""
    run = Run(new_run_id(), RunKind.BATCH, datetime.now(UTC), options={"top_k": TOP_K})
    for start in range(0, len(questions), KEPT_TOGETHER):
        filled = fill(checkpoints, questions[start : start + KEPT_TOGETHER], TOP_K, background=True)
        log.append(Comparison(run, filled.answers, filled.agreements))


def needed(loaded: LoadedCheckpoint, questions: Sequence[Question]) -> int:
    """Floating-point operations of the matrix products that nobody can leave out, for tokens without padding.

    The last layer needs keys and values of all tokens, and everything else at the masks only, as the head does.
    """
    config = loaded.model.config
    rows = [each for each in loaded.encode([question.prompt for question in questions]) if isinstance(each, Row)]
    tokens, masks = sum(len(row.ids) for row in rows), sum(len(row.positions) for row in rows)
    hidden, layers, vocabulary = config.hidden_size, config.num_hidden_layers, config.vocab_size
    inner = getattr(config, "intermediate_size", None) or config.hidden_dim
    narrow = getattr(config, "embedding_size", hidden)
    scores = 2 * hidden * sum(len(row.ids) ** 2 for row in rows)
    at_masks = 2 * hidden * sum(len(row.ids) * len(row.positions) for row in rows)
    products: int = (layers - 1) * (tokens * (4 * hidden**2 + 2 * hidden * inner) + scores)
    products += tokens * 2 * hidden**2 + masks * (2 * hidden**2 + 2 * hidden * inner) + at_masks
    products += masks * (hidden * narrow + narrow * vocabulary) + (0 if narrow == hidden else tokens * narrow * hidden)
    return 2 * products


def ceiling(loaded: LoadedCheckpoint) -> float:
    """Floating-point operations a second of the four matrix products of a layer, on one full pass of tokens."""
    import torch

    config = loaded.model.config
    hidden, inner = config.hidden_size, getattr(config, "intermediate_size", None) or config.hidden_dim
    shapes = ((3 * hidden, hidden), (hidden, hidden), (inner, hidden), (hidden, inner))
    work = [(torch.randn(TOKEN_BUDGET, width), torch.randn(out, width)) for out, width in shapes]

    def products() -> None:
        for given, weight in work:
            torch.nn.functional.linear(given, weight)

    repeats = 5
    operations = repeats * sum(2 * TOKEN_BUDGET * out * width for out, width in shapes)
    with torch.inference_mode():
        products()
        started = time.perf_counter()
        for _ in range(repeats):
            products()
        return float(operations / (time.perf_counter() - started))


def seconds(work: Callable[[], object]) -> float:
    """Of one run."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def measure(name: str, checkpoints: Sequence[LoadedCheckpoint], texts: list[str], folder: Path, rounds: int) -> str:
    """What is printed of one family, or of several together."""
    from transformers import pipeline

    questions = [Question(Prompt(text)) for text in texts]
    peers: list[Any] = [pipeline("fill-mask", model=str(each.model.name_or_path), dtype="float32") for each in checkpoints]
    times: dict[str, list[float]] = {}

    def time_of(what: str, work: Callable[[], object]) -> None:
        times.setdefault(what, []).append(seconds(work))

    bare(checkpoints, questions[:8])
    for peer in peers:
        peer(texts[:2], top_k=TOP_K)
    arithmetic = []
    for number in range(rounds):
        with Log.open(folder / f"{name}-{number}.duckdb") as log:
            time_of("whole", lambda log=log: whole(checkpoints, questions, log))  # type: ignore[misc]
        time_of("bare", lambda: bare(checkpoints, questions))
        arithmetic.append(sum(needed(each, questions) / ceiling(each) for each in checkpoints))
        time_of("list", lambda: [peer(texts, top_k=TOP_K) for peer in peers])
        for size in BATCH_SIZES:
            time_of(f"batch_size={size}", lambda size=size: [peer(texts, top_k=TOP_K, batch_size=size) for peer in peers])  # type: ignore[misc]
        time_of("bare", lambda: bare(checkpoints, questions))
        with Log.open(folder / f"{name}-{number}-again.duckdb") as log:
            time_of("whole", lambda log=log: whole(checkpoints, questions, log))  # type: ignore[misc]
        arithmetic.append(sum(needed(each, questions) / ceiling(each) for each in checkpoints))
    median = {what: statistics.median(each) for what, each in times.items()}
    best = min((what for what in median if what.startswith("batch_size")), key=lambda what: median[what])
    least = statistics.median(arithmetic)
    speed = sum(needed(each, questions) for each in checkpoints) / least / 1e9
    ours, passes = median["whole"], median["bare"]
    return (
        f"{name}: {len(texts) / ours:.1f} prompts/s with figures and log\n"
        f"  {median['list'] / ours:.2f} x pipeline(list), {median[best] / ours:.2f} x pipeline({best}), its best\n"
        f"  figures and log cost {100 * (ours / passes - 1):.1f} % over the bare passes\n"
        f"  {passes / least:.2f} (bare passes) and {ours / least:.2f} (all of it) x the arithmetic at the {speed:.0f} GFLOP/s "
        "that matrix products reach"
    )


def main() -> None:
    """Measure each family, then all of them together."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prompts", type=int, default=128)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--family", choices=(*FAMILIES, "together"), action="append")
    options = parser.parse_args()
    texts = prompts(options.prompts)
    chosen = options.family or (*FAMILIES, "together")
    passes = Passes()
    with tempfile.TemporaryDirectory() as folder:
        known: dict[str, LoadedCheckpoint] = {}
        for name in chosen:
            families = FAMILIES if name == "together" else (name,)
            for family in families:
                if family not in known:
                    known[family] = load_random(family, Path(folder), passes)
            line = measure(name, [known[family] for family in families], texts, Path(folder), options.rounds)
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
    passes.close()


if __name__ == "__main__":
    main()
