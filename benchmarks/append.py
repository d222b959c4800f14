"""How many predictions a second does the log take? Against `executemany` of DuckDB itself, in the same run.

    python benchmarks/append.py [--chunks 10] [--answers 2000] [--depth 20]

The peer is what one would write first, and gets the easier work: one bare table, no keys, no look-ups, its rows ready-made. The
log starts from records, and finds or makes the key of every prompt, checkpoint, word, piece and answer.
Owed: 200,000 predictions a second in chunks, and a single ask of three checkpoints under 30 ms.
"""

from __future__ import annotations

import argparse
import itertools
import random
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import duckdb

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from storage.log import Log
from storage.records import Answer, AskedAnswer, Checkpoint, Comparison, Prediction, Prompt, Run, RunKind

VOCABULARY = 30_000
PEER_ROWS = 1_000


def main() -> None:
    """Measure, and write one line per figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chunks", type=int, default=10)
    parser.add_argument("--answers", type=int, default=2_000, help="answers of a chunk")
    parser.add_argument("--depth", type=int, default=20, help="predictions of an answer")
    wanted = parser.parse_args()
    generator = random.Random(7)
    checkpoints = [_checkpoint(name) for name in ("bert", "distilbert", "albert")]
    chunks = [_chunk(generator, checkpoints, wanted.answers, wanted.depth, number) for number in range(wanted.chunks)]
    asks = [_chunk(generator, checkpoints, 3, 5, 10_000 + number) for number in range(50)]
    with tempfile.TemporaryDirectory() as folder:
        with Log.open(Path(folder) / "log.duckdb") as log:
            # The first chunk fills the dictionaries and is no steady state.
            log.append(chunks[0])
            seconds = [_timed(partial(log.append, chunk)) for chunk in chunks[1:]]
            single = [_timed(partial(log.append, ask)) for ask in asks]
            find = [_timed(partial(_find, log, ask, checkpoints)) for ask in asks]
        ours = wanted.answers * wanted.depth / statistics.median(seconds)
        theirs = _peer(Path(folder) / "peer.duckdb", chunks[0])
    out = sys.stdout.write
    out(f"log, chunks of {wanted.answers:,} answers x {wanted.depth}: {ours:,.0f} predictions/s (median chunk)\n")
    out(f"peer, executemany of duckdb into one bare table: {theirs:,.0f} predictions/s\n")
    out(f"ratio: {ours / theirs:.0f}\n")
    out(f"one ask of three checkpoints: median {1e3 * statistics.median(single):.1f} ms, worst {1e3 * max(single):.1f} ms\n")
    out(f"look-up of its answers and agreements: median {1e3 * statistics.median(find):.1f} ms\n")


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _find(log: Log, ask: Comparison, checkpoints: list[Checkpoint]) -> None:
    log.find_answers(ask.prompts, checkpoints)
    log.find_agreements(ask.prompts, checkpoints)


def _peer(path: Path, chunk: Comparison) -> float:
    """Rows of the first thousand predictions; the rate does not depend on how many."""
    rows = [
        (asked.answer.prompt.text, asked.answer.checkpoint.name, line.rank, line.piece, line.word, line.logprob)
        for asked in chunk.answers
        for line in asked.answer.predictions
    ][:PEER_ROWS]
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "CREATE TABLE prediction (prompt TEXT, checkpoint TEXT, rank INT, piece TEXT, word TEXT, logprob DOUBLE)"
        )
        connection.begin()
        seconds = _timed(lambda: connection.executemany("INSERT INTO prediction VALUES (?, ?, ?, ?, ?, ?)", rows))
        connection.commit()
    return len(rows) / seconds


def _checkpoint(name: str) -> Checkpoint:
    return Checkpoint(name, name, "bundled", f"revision of {name}", f"weights of {name}", f"tokenizer of {name}", 1, VOCABULARY)


def _chunk(generator: random.Random, checkpoints: list[Checkpoint], answers: int, depth: int, number: int) -> Comparison:
    """Words fall as in real answers: about one in r for the r-th most frequent."""
    weights = list(itertools.accumulate(1 / rank for rank in range(1, VOCABULARY + 1)))
    asked = []
    for place in range(answers):
        by = checkpoints[place % len(checkpoints)]
        prompt = Prompt(f"Prompt {number} of row {place // len(checkpoints)} asks for a [MASK].")
        tokens = generator.choices(range(VOCABULARY), cum_weights=weights, k=depth)
        lines = tuple(
            Prediction(rank, token, f"piece{token}", f"word{token}", True, -float(rank))
            for rank, token in enumerate(tokens, start=1)
        )
        answer = Answer(prompt, 0, by, lines, 2.5, 0.1, 0.5, 0.9)
        asked.append(AskedAnswer(answer, 3.0, reused=False, row_number=place // len(checkpoints)))
    run_id = str(uuid.UUID(int=number << 80 | 7 << 76 | 2 << 62))
    return Comparison(Run(run_id, RunKind.BATCH, datetime.now(UTC), options={"top_k": depth}), tuple(asked))


if __name__ == "__main__":
    main()
