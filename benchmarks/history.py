"""How long does each question of the whole history take? Against SQL as one would write it first, in the same run.

    python benchmarks/history.py FOLDER [--prompts 50000] [--depth 20] [--repeats 3]

The log is made once in FOLDER, by the real writer: prompts asked of three checkpoints, 20 predictions of each answer, which
are 3 million predictions at 50,000 prompts. Words fall as in real answers, one in r for the r-th most frequent; the three
lists of a prompt share words; some words are said by two pieces. Then a page of six checkpoints with 450 prompts, as the use
cases of `pipelines.analysis` make it, intervals and tests included.
Owed: each question under 1 s on two cores, and each use case under 1 s on one.
"""

from __future__ import annotations

import argparse
import itertools
import math
import statistics
import sys
import time
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from pipelines.analysis.accuracy import accuracy
from pipelines.analysis.disagreements import disagreements
from pipelines.analysis.distributions import distributions
from pipelines.analysis.diversity import diversity
from pipelines.analysis.overlap import overlap
from pipelines.analysis.vocabulary import vocabulary
from storage import history, measures
from storage.database import Database
from storage.log import Log
from storage.measures.certainty import LEVELS
from storage.records import (
    Agreement,
    Answer,
    AskedAnswer,
    Checkpoint,
    Comparison,
    Expectation,
    Prediction,
    Prompt,
    Run,
    RunKind,
)
from storage.selection import Selection

VOCABULARY = 30_000
DOUBLES = range(10_000, 12_000)
"""Pieces that stand for the word of another piece: that of a hundredth of their number."""
CHUNK = 2_000
"""Prompts of one run."""
CHECKPOINTS = tuple(
    Checkpoint(name, name.split("-")[0], "hub", f"{digit}" * 40, f"weights of {name}", f"tokenizer of {name}", 1, VOCABULARY)
    for digit, name in enumerate(("bert-base-uncased", "distilbert-base-uncased", "albert-base-v2"))
)
SIX = tuple(
    Checkpoint(
        f"{by.family}-{size}", by.family, "hub", f"{digit}" * 40, f"{by.family} {size}", f"tokens {digit}", 1, VOCABULARY
    )
    for digit, (by, size) in enumerate(itertools.product(CHECKPOINTS, ("large", "small")))
)
PAGE = 450
"""Prompts of a page of `SIX`: as many as are still drawn for."""
START = datetime(2025, 1, 1, tzinfo=UTC)


def make(path: Path, prompts: int, depth: int, by: Sequence[Checkpoint] = CHECKPOINTS) -> None:
    """Write the log, chunk by chunk."""
    generator = np.random.default_rng(7)
    vocabulary = [(f"piece{token}", f"word{token // 100 if token in DOUBLES else token}") for token in range(VOCABULARY)]
    with Log.open(path) as log:
        for place, checkpoint in enumerate(by):
            sayable = {word: True for token, (_, word) in enumerate(vocabulary) if token % 50 != place}
            log.keep_vocabulary(checkpoint.tokenizer_sha256, partial(dict, sayable))
        for number in range(math.ceil(prompts / CHUNK)):
            log.append(_chunk(generator, vocabulary, number, min(CHUNK, prompts - number * CHUNK), depth, by))


def _chunk(
    generator: np.random.Generator,
    vocabulary: list[tuple[str, str]],
    number: int,
    prompts: int,
    depth: int,
    checkpoints: Sequence[Checkpoint],
) -> Comparison:
    frequency = 1 / np.arange(1, VOCABULARY + 1)
    pool = generator.choice(VOCABULARY, size=(prompts, 6 * depth), p=frequency / frequency.sum())
    asked, agreements, expectations = [], [], []
    for row, drawn in enumerate(pool):
        prompt = Prompt(f"Prompt {number} of row {row} asks for a [MASK].")
        tokens = list(dict.fromkeys(drawn.tolist()))
        for by in checkpoints:
            # What all would say in one order, shaken: near ranks change places, far ones rarely.
            order = np.argsort(np.arange(len(tokens)) + generator.normal(0, 4, len(tokens)))[:depth].tolist()
            logprobs = np.sort(np.log(generator.dirichlet(np.full(depth + 5, 0.4)) + 1e-9))[::-1][:depth].tolist()
            lines = []
            for rank, (at, logprob) in enumerate(zip(order, logprobs, strict=True), start=1):
                piece, word = vocabulary[tokens[at]]
                lines.append(Prediction(rank, tokens[at], piece, word, True, logprob))
            figures = (float(generator.gamma(3)), math.exp(2 * logprobs[0]), logprobs[0] - logprobs[1], 0.9)
            asked.append(AskedAnswer(Answer(prompt, 0, by, tuple(lines), *figures), 3.0, reused=False, row_number=row))
        for a, b in itertools.combinations(checkpoints, 2):
            jsd, coverage_a, coverage_b = generator.random(3).tolist()
            agreements.append(Agreement(prompt, 0, a, b, depth, 0.5, 0.4, 0.6, jsd, coverage_a, coverage_b, top1_same=False))
        if row % 10 == 0:
            expectations.append(Expectation(prompt, 0, vocabulary[tokens[row % 3]][1]))
    day = START + timedelta(days=20 * number)
    run_id = str(uuid.UUID(int=int(day.timestamp() * 1000) << 80 | 7 << 76 | 2 << 62 | number))
    run = Run(run_id, RunKind.BATCH, day, label=f"batch {number}", author="Ada", options={"top_k": depth})
    return Comparison(run, tuple(asked), tuple(agreements), tuple(expectations))


def questions(database: Database) -> dict[str, Callable[[], object]]:
    """The questions that have no depth, as a page asks them."""
    everything = Selection()
    return {
        "checkpoints": partial(measures.checkpoints, database, everything),
        "quantiles": partial(measures.quantiles, database, everything),
        "over_time": partial(measures.over_time, database, everything),
        "answers_between": partial(measures.answers_between, database, everything, "top_score", 0.2, 0.4),
        "word_uses": partial(measures.word_uses, database, everything, "word100"),
        "words_like": partial(measures.words_like, database, everything, "word1"),
        "expected": partial(measures.expected, database, everything),
    }


def questions_of_depth(database: Database, depth: int) -> dict[str, Callable[[], object]]:
    """The others."""
    everything = Selection()
    return {
        "rank_scores": partial(measures.rank_scores, database, everything, depth),
        "word_counts": partial(measures.word_counts, database, everything, depth),
        "word_counts_over_time": partial(measures.word_counts_over_time, database, everything, depth),
        "lists": partial(measures.lists, database, everything, depth),
        "pairs": partial(measures.pairs, database, everything, depth),
        "disagreements": partial(measures.disagreements, database, everything, depth, "clash"),
    }


def use_cases(database: Database) -> dict[str, Callable[[], object]]:
    """What a page of six checkpoints asks for."""
    everything = Selection()
    return {
        "overlap": partial(overlap, database, everything),
        "distributions": partial(distributions, database, everything),
        "vocabulary": partial(vocabulary, database, everything),
        "diversity": partial(diversity, database, everything),
        "accuracy": partial(accuracy, database, everything),
        "disagreements": partial(disagreements, database, everything),
    }


PEERS = {
    "quantiles": "SELECT checkpoint, quantile_cont(top_score, $levels), quantile_cont(top1_margin, $levels),"
    " quantile_cont(effective_choices, $levels) FROM latest_answers GROUP BY checkpoint",
    "word_uses": "SELECT *, count(*) OVER () FROM latest_predictions WHERE lower(word) = 'word100'"
    " ORDER BY score DESC LIMIT 50",
    "rank_scores": "SELECT checkpoint, rank, quantile_cont(score, [0.25, 0.5, 0.75]) FROM latest_predictions"
    " WHERE rank <= $depth GROUP BY ALL",
    "word_counts": "SELECT word, checkpoint, count(*), sum(score) FROM latest_predictions WHERE rank <= $depth GROUP BY ALL",
    "pairs": "WITH list AS (SELECT prompt_id, mask_index, checkpoint, list(word ORDER BY rank) AS words"
    " FROM latest_predictions WHERE rank <= $depth GROUP BY ALL)"
    " SELECT one.prompt_id, one.mask_index, one.checkpoint, other.checkpoint, overlap(one.words, other.words),"
    " jaccard(one.words, other.words), rbo(one.words, other.words, 0.9)"
    " FROM list AS one JOIN list AS other"
    " ON other.prompt_id = one.prompt_id AND other.mask_index = one.mask_index AND one.checkpoint < other.checkpoint",
}
"""What one would write first: the views for people, and the macros over lists of words. They know no filters and no distinct
words, so theirs is the easier work."""


def main() -> None:
    """Make the log where it is missing, measure, and write one line per question."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--prompts", type=int, default=50_000)
    parser.add_argument("--depth", type=int, default=20, help="predictions of an answer")
    parser.add_argument("--repeats", type=int, default=3)
    wanted = parser.parse_args()
    path = wanted.folder / f"history-{wanted.prompts}-{wanted.depth}.duckdb"
    if not path.exists():
        make(path, wanted.prompts, wanted.depth)
    out = sys.stdout.write
    with Database.open(path) as database:
        counts = history.counts(database)
        out(f"{counts.prompts:,} prompts, {counts.answers:,} answers, {counts.predictions:,} predictions\n")
        for name, ask in questions(database).items():
            out(f"{name}: {_told(database, name, ask, {'levels': list(LEVELS)}, wanted.repeats)}\n")
        for depth in (5, wanted.depth):
            for name, ask in questions_of_depth(database, depth).items():
                out(f"{name}, depth {depth}: {_told(database, name, ask, {'depth': depth}, wanted.repeats)}\n")
    page = wanted.folder / f"six-{PAGE}-{wanted.depth}.duckdb"
    if not page.exists():
        make(page, PAGE, wanted.depth, SIX)
    with Database.open(page) as database:
        counts = history.counts(database)
        out(f"{counts.prompts:,} prompts, {counts.answers:,} answers of {len(SIX)} checkpoints\n")
        for name, ask in use_cases(database).items():
            out(f"use case {name}: {_median(ask, wanted.repeats):.2f} s\n")


def _told(database: Database, name: str, ask: Callable[[], object], parameters: dict[str, object], repeats: int) -> str:
    """Our seconds; where there is a peer its seconds, and how many times ours they are."""
    seconds = _median(ask, repeats)
    if name not in PEERS:
        return f"{seconds:.2f} s"
    taken = {key: value for key, value in parameters.items() if f"${key}" in PEERS[name]}
    theirs = _median(partial(database.read, lambda cursor: cursor.sql(PEERS[name], params=taken).to_arrow_table()), repeats)
    return f"{seconds:.2f} s; over the views {theirs:.2f} s, ratio {theirs / seconds:.1f}"


def _median(work: Callable[[], object], repeats: int) -> float:
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


if __name__ == "__main__":
    main()
