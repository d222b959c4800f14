"""What a batch costs beside its arithmetic, each figure against a peer in the same run.

    python -m benchmarks.batch [--rows 2000] [--memory-rows 50000] [--weights random|tiny]

- the second run of a file against the first (owed: under 5 %);
- everything a batch does, reading and keeping included, against `fill` alone on the same prompts;
- memory above the loaded checkpoints, at every tenth of the way (owed: under 300 MB, and flat).

With `--weights random` the three families in their real sizes answer, with random weights; with `tiny` one checkpoint of a
single layer, so that a million prompts come to their end; else the bundled checkpoints do.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.fill_mask import random_weights
from pipelines.answers import fill
from pipelines.batch import BatchProgress, BatchRequest, carry_out, submit
from pipelines.distributions import Question
from pipelines.prompt_files import open_prompts
from pipelines.settings import read_settings
from pipelines.shelf import Shelf
from storage.log import Log
from storage.records import Prompt

MINIS = ("bert-mini", "distilbert-mini", "albert-mini")
TINY = {"num_hidden_layers": 1, "hidden_size": 32, "num_attention_heads": 2, "intermediate_size": 64}
WORDS = ("the", "of", "and", "to", "in", "was", "his", "that", "it", "had", "with", "as", "for", "on", "at", "by")


def texts(count: int, seed: int) -> Iterator[str]:
    """Distinct prompts of 4 to 24 words."""
    chance = random.Random(seed)
    for number in range(count):
        words = chance.choices(WORDS, k=chance.randint(4, 24))
        words[chance.randrange(len(words))] = "[MASK]"
        yield f"{' '.join(words)} {number}."


def resident() -> float:
    """Megabytes of this process that lie in memory now."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


def say(line: str) -> None:
    """Print at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class Marks:
    """The memory of this process on the way through a file: the most, and, printed, what it was at every tenth."""

    def __init__(self, rows: int) -> None:
        self.most = self._before = resident()
        self._rows, self._tenth, self._started = rows, 1, time.perf_counter()

    def __call__(self, progress: BatchProgress) -> None:
        """Look once."""
        now = resident()
        self.most = max(self.most, now)
        if progress.n_done * 10 >= self._tenth * self._rows:
            self._tenth = progress.n_done * 10 // self._rows + 1
            seconds = time.perf_counter() - self._started
            now, most = now - self._before, self.most - self._before
            say(f"  {progress.n_done:,} rows after {seconds:,.0f} s: {now:+.0f} MB, {most:+.0f} at most")


def asked(file: Path, shelf: Shelf, names: tuple[str, ...], log: Log, watch: Marks | None = None) -> float:
    """Seconds from the file to the last answer kept."""
    started = time.perf_counter()
    with open_prompts(file) as prompts:
        told = submit(prompts, BatchRequest(names, file.name), shelf, log)
        carry_out(told.run_id, shelf=shelf, log=log, on_progress=watch)
    return time.perf_counter() - started


def write(folder: Path, count: int, seed: int) -> Path:
    """A file of prompts."""
    file = folder / f"{seed}.txt"
    with file.open("w", encoding="utf-8") as out:
        out.writelines(f"{text}\n" for text in texts(count, seed))
    return file


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=2_000)
    parser.add_argument("--memory-rows", type=int, default=50_000)
    parser.add_argument("--weights", choices=("bundled", "random", "tiny"), default="bundled")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        names: tuple[str, ...] = MINIS
        if options.weights != "bundled":
            made = (
                [random_weights("bert", folder, **TINY)]
                if options.weights == "tiny"
                else [random_weights(family, folder) for family in ("bert", "distilbert", "albert")]
            )
            settings = folder / "maskboard.toml"
            settings.write_text("".join(f'[checkpoints.{each.name}]\nfolder = "{each}"\n' for each in made), "utf-8")
            os.environ["MASKBOARD_SETTINGS"] = str(settings)
            names = tuple(each.name for each in made)
        shelf = Shelf(read_settings())
        loaded = [shelf.get(each) for each in names]
        file = write(folder, options.rows, 1)
        questions = [Question(Prompt(line)) for line in texts(options.rows, 1)]
        fill(loaded, questions[:64], 5)
        started = time.perf_counter()
        for first in range(0, len(questions), 512):
            fill(loaded, questions[first : first + 512], 5)
        alone = time.perf_counter() - started
        with Log.open(folder / "log.duckdb") as log:
            once = asked(file, shelf, names, log)
            twice = asked(file, shelf, names, log)
            say(f"{options.rows:,} prompts x {len(names)} checkpoints: {options.rows / once:,.0f} prompts/s from file to log")
            say(f"read, kept and all against fill alone: {once / alone:.3f} x")
            say(f"the same file again: {100 * twice / once:.2f} % of the first run ({options.rows / twice:,.0f} prompts/s)")
            if not options.memory_rows:
                return
            many = write(folder, options.memory_rows, 2)
            gc.collect()
            say(f"memory over {options.memory_rows:,} prompts, above the loaded checkpoints and an open log:")
            asked(many, shelf, names, log, Marks(options.memory_rows))


if __name__ == "__main__":
    main()
