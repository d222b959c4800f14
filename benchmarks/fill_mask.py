"""How fast the engine answers, as a ratio against the fill-mask pipeline in the same run.

    python -m benchmarks.fill_mask [--prompts 60] [--family bert|distilbert|albert]

Random weights of the real sizes with a tokenizer of the bundled checkpoints: speed does not depend on what the weights say.
The peer is `transformers.pipeline("fill-mask")`, given the whole list, one by one and at batch size 8.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipelines.answers import fill
from pipelines.checkpoints import Located, Source, identify, require
from pipelines.distributions import Question
from pipelines.fill_mask import LoadedCheckpoint, load
from pipelines.passes import Passes
from pipelines.settings import read_settings
from storage.records import Prompt

FAMILIES = ("bert", "distilbert", "albert")


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


def random_weights(family: str, folder: Path) -> Path:
    """A checkpoint of the real size and shape: the configurations of the three base models, weights at random."""
    import torch
    from transformers import AutoModelForMaskedLM, AutoTokenizer
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING

    torch.manual_seed(0)
    sizes: dict[str, dict[str, Any]] = {
        "bert": {"vocab_size": 30_522},
        "distilbert": {"vocab_size": 30_522},
        # albert-base-v2; the defaults of the class are those of the largest ALBERT.
        "albert": {"vocab_size": 30_000, "hidden_size": 768, "num_attention_heads": 12, "intermediate_size": 3072},
    }
    target = folder / f"{family}-random"
    AutoModelForMaskedLM.from_config(CONFIG_MAPPING[family](**sizes[family])).save_pretrained(target)
    AutoTokenizer.from_pretrained(str(require(f"{family}-mini", read_settings()).folder)).save_pretrained(target)
    return target


def load_random(family: str, folder: Path, passes: Passes) -> LoadedCheckpoint:
    """The same in memory."""
    located = Located(f"{family}-random", family, Source.FOLDER, random_weights(family, folder), "0" * 40, 0)
    return load(located, identify(located, read_settings()), passes)


def seconds(work: Callable[[], object], repeats: int = 3) -> float:
    """The median of a few runs, the first of which only warms up."""
    work()
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def measure(family: str, texts: list[str], folder: Path) -> str:
    """One line: prompts a second of the engine, with everything it computes, and its ratio to the pipeline."""
    from transformers import pipeline

    loaded = load_random(family, folder, Passes())
    questions = [Question(Prompt(text)) for text in texts]
    peer: Any = pipeline("fill-mask", model=str(loaded.model.name_or_path), dtype="float32")
    ours = seconds(lambda: fill([loaded], questions, top_k=5))
    alone = seconds(lambda: peer(texts, top_k=5))
    batched = seconds(lambda: peer(texts, top_k=5, batch_size=8))
    rate = len(texts) / ours
    return f"{family}: {rate:.1f} prompts/s; {alone / ours:.2f} x pipeline(list), {batched / ours:.2f} x pipeline(batch_size=8)"


def main() -> None:
    """Measure each family and print its line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prompts", type=int, default=60)
    parser.add_argument("--family", choices=FAMILIES, action="append")
    options = parser.parse_args()
    texts = prompts(options.prompts)
    with tempfile.TemporaryDirectory() as folder:
        for family in options.family or FAMILIES:
            sys.stdout.write(measure(family, texts, Path(folder)) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
