"""How long an ask takes beside a running batch, as a ratio to the same ask on an idle machine.

    python -m benchmarks.interactive [--asks 15] [--weights mini|full]

Three checkpoints, one prompt for each ask, everything computed. The batch asks the same checkpoints and does not end before the
asks do. Idle asks and asks beside the batch take turns, so that whatever else the machine does falls on both.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.fill_mask import FAMILIES, load_random, prompts
from pipelines.answers import fill
from pipelines.checkpoints import identify, require
from pipelines.distributions import Question
from pipelines.fill_mask import LoadedCheckpoint, load
from pipelines.passes import Passes
from pipelines.settings import read_settings
from storage.records import Prompt

ROUNDS = 3
"""How often the batch starts and stops."""


def load_mini(family: str, passes: Passes) -> LoadedCheckpoint:
    """A checkpoint that comes with the project."""
    located = require(f"{family}-mini", read_settings())
    return load(located, identify(located, read_settings()), passes)


def asks(checkpoints: Sequence[LoadedCheckpoint], texts: Sequence[str], chance: random.Random) -> list[float]:
    """Seconds of each ask, with a pause of up to a second before it, as people make."""
    times = []
    for text in texts:
        time.sleep(chance.random())  # without it every ask would begin at the same point of a pass of the batch
        started = time.perf_counter()
        fill(checkpoints, [Question(Prompt(text))], top_k=5)
        times.append(time.perf_counter() - started)
    return times


def beside_a_batch(
    checkpoints: Sequence[LoadedCheckpoint], texts: Sequence[str], chance: random.Random
) -> tuple[list[float], float]:
    """The same, and how many prompts a second the batch answered meanwhile."""
    chunk = [Question(Prompt(text)) for text in prompts(64, seed=1)]
    stop = threading.Event()
    done = 0

    def batch() -> None:
        nonlocal done
        while not stop.is_set():
            fill(checkpoints, chunk, top_k=5, background=True)
            done += len(chunk)

    thread = threading.Thread(target=batch)
    started = time.perf_counter()
    thread.start()
    times = asks(checkpoints, texts, chance)
    stop.set()
    thread.join()
    return times, done / (time.perf_counter() - started)


def measure(weights: str, checkpoints: Sequence[LoadedCheckpoint], count: int) -> str:
    """One line: both medians and their ratio."""
    chance = random.Random(0)
    texts = prompts(count, seed=2)
    asks(checkpoints, texts[:2], chance)
    idle: list[float] = []
    busy: list[float] = []
    rates = []
    for _ in range(ROUNDS):
        idle += asks(checkpoints, texts, chance)
        times, rate = beside_a_batch(checkpoints, texts, chance)
        busy += times
        rates.append(rate)
    alone, beside = statistics.median(idle), statistics.median(busy)
    worst = max(busy) / alone
    return (
        f"{weights}: an ask of three checkpoints takes {alone * 1000:.0f} ms idle and {beside * 1000:.0f} ms beside a batch, "
        f"{beside / alone:.2f} x (n = {len(busy)} each, the slowest {worst:.1f} x); the batch went on at "
        f"{statistics.median(rates):.1f} prompts/s"
    )


def main() -> None:
    """Measure and print a line for each kind of weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--asks", type=int, default=15)
    parser.add_argument("--weights", choices=("mini", "full"), action="append")
    options = parser.parse_args()
    passes = Passes()
    with tempfile.TemporaryDirectory() as folder:
        for weights in options.weights or ("mini", "full"):
            if weights == "mini":
                checkpoints = [load_mini(family, passes) for family in FAMILIES]
            else:
                checkpoints = [load_random(family, Path(folder), passes) for family in FAMILIES]
            sys.stdout.write(measure(weights, checkpoints, options.asks) + "\n")
            sys.stdout.flush()
    passes.close()


if __name__ == "__main__":
    main()
