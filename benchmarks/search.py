"""How long does the search of History take over a million prompts? Beside a scan of the prompts' text alone, in the same run.

    python benchmarks/search.py FOLDER [--prompts 1000000] [--repeats 5]

Two logs are made once in FOLDER by the real writer: a million prompts of 9 to 25 words, each asked of three checkpoints. In
the one they came as batches of 2,000 rows; in the other, made from it, each is a run of its own, as if a million single asks
had been typed. Words fall as in real texts, one in r for the r-th most frequent. A tenth of the runs bears a label, every
hundredth prompt was refused. Each search counts what it finds and reads a page of 15 runs.
Owed: each under 1 s on two cores that nothing else keeps busy.
"""

from __future__ import annotations

import argparse
import math
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from storage import history
from storage.annotations import Target, add_tag, star
from storage.database import Database
from storage.log import Log
from storage.records import Answer, AskedAnswer, Checkpoint, Comparison, Prediction, Prompt, Refused, Run, RunKind
from storage.selection import Selection

VOCABULARY = 30_000
CHUNK = 2_000
"""Prompts of one batch."""
PAGE = 15
CHECKPOINTS = tuple(
    Checkpoint(name, name.split("-")[0], "hub", f"{digit}" * 40, f"weights of {name}", f"tokenizer of {name}", 1, VOCABULARY)
    for digit, name in enumerate(("bert-base-uncased", "distilbert-base-uncased", "albert-base-v2"))
)
START = datetime(2025, 1, 1, tzinfo=UTC)


def make(path: Path, prompts: int) -> None:
    """Write the log of batches, chunk by chunk."""
    generator = np.random.default_rng(11)
    frequency = 1 / np.arange(1, VOCABULARY + 1)
    frequency /= frequency.sum()
    with Log.open(path) as log:
        for number in range(math.ceil(prompts / CHUNK)):
            log.append(_chunk(generator, frequency, number, min(CHUNK, prompts - number * CHUNK)))
        database = log.database
        runs = [row[0] for row in database.rows("SELECT run_id::VARCHAR FROM run ORDER BY run_id LIMIT 20")]
        for run_id in runs[::2]:
            star(database, Target(run_id=run_id), "Ada")
            add_tag(database, Target(run_id=run_id), "worth a second look", "Ada")


def _chunk(generator: np.random.Generator, frequency: np.ndarray, number: int, prompts: int) -> Comparison:
    lengths = generator.integers(8, 25, prompts)
    words = iter(generator.choice(VOCABULARY, size=int(lengths.sum()), p=frequency).tolist())
    asked, refused = [], []
    for row, length in enumerate(lengths.tolist()):
        said = [f"word{next(words)}" for _ in range(length)]
        text = " ".join((*said[: length // 2], "[MASK]", *said[length // 2 :], f"case{number * CHUNK + row}."))
        if row % 100 == 99:
            refused.append(Refused(text.replace("[MASK]", "blank"), "There is no mask.", row))
        for by in CHECKPOINTS:
            first = (row + len(by.name)) % 1_000
            lines = tuple(
                Prediction(rank, first + rank, f"w{first + rank}", f"w{first + rank}", True, -rank) for rank in (1, 2)
            )
            asked.append(AskedAnswer(Answer(Prompt(text), 0, by, lines, 1.0, 0.5, 0.5, 0.9), 3.0, reused=False, row_number=row))
    label = "capitals of the world" if number % 10 == 0 else None
    run = Run(_run_id(number), RunKind.BATCH, START + timedelta(hours=number), label=label, author="Ada", options={"top_k": 2})
    return Comparison(run, tuple(asked), refused=tuple(refused))


def _run_id(number: int) -> str:
    moment = START + timedelta(hours=number)
    return str(uuid.UUID(int=int(moment.timestamp() * 1000) << 80 | 7 << 76 | 2 << 62 | number))


SINGLE = (
    # A version 7 UUID of its own for every row of a batch: the batch's time, a second later for every row.
    "CREATE TEMP TABLE single AS SELECT ask.run_id AS batch_id, ask.row_number, uuid() AS run_id,"
    " run.started_at + to_seconds(ask.row_number) AS started_at"
    " FROM ask JOIN run USING (run_id) GROUP BY ALL",
    "CREATE TEMP TABLE asked AS SELECT single.run_id, ask.answer_id, 0 AS row_number, ask.position, single.started_at,"
    " ask.latency_ms, ask.reused FROM ask JOIN single ON single.batch_id = ask.run_id AND single.row_number = ask.row_number",
    "CREATE TEMP TABLE turned_away AS SELECT single.run_id, 0 AS row_number, refused.text, refused.problem"
    " FROM refused JOIN single ON single.batch_id = refused.run_id AND single.row_number = refused.row_number",
    "INSERT INTO run SELECT single.run_id, 'ask', run.label, run.author, single.started_at, single.started_at, run.status,"
    " run.options, run.environment FROM single JOIN run ON run.run_id = single.batch_id",
    "INSERT INTO star SELECT uuid(), single.run_id, NULL, star.author, star.created_at"
    " FROM star JOIN single ON single.batch_id = star.run_id WHERE single.row_number % 100 = 0",
    "DELETE FROM star WHERE run_id IN (SELECT batch_id FROM single)",
    "DELETE FROM tag",
    "DELETE FROM run WHERE run_id IN (SELECT batch_id FROM single)",
    "DELETE FROM ask",
    "INSERT INTO ask SELECT * FROM asked",
    "DELETE FROM refused",
    "INSERT INTO refused SELECT * FROM turned_away",
)


def take_apart(path: Path) -> None:
    """Make of every row of every batch a run of its own: a million transactions would take hours."""
    with Database.open(path) as database:

        def work(cursor: object) -> None:
            for statement in SINGLE:
                cursor.execute(statement)  # type: ignore[attr-defined]

        database.write(work)


def searches(database: Database) -> dict[str, Callable[[], history.RunPage]]:
    """What a person may type, from what every prompt holds to what none does."""
    find = partial(history.recent_runs, database, limit=PAGE)
    day = date(2025, 1, 5)
    return {
        "no search": find,
        "no search, page 20": partial(find, offset=19 * PAGE),
        "substring in every prompt: word": partial(find, search="word"),
        "substring in many: word10": partial(find, search="word10"),
        "substring in one: case777777": partial(find, search="case777777"),
        "substring in none": partial(find, search="no such thing"),
        "whole word in many: word10": partial(find, search="word10", whole_words=True),
        "whole word in every prompt: [MASK]": partial(find, search="[MASK]", whole_words=True),
        "whole word in one: case777777": partial(find, search="case777777", whole_words=True),
        "a label": partial(find, search="of the world"),
        "starred": partial(find, starred=True),
        "starred, substring in many": partial(find, search="word10", starred=True),
        "filtered to a day, substring in many": partial(find, search="word10", selection=Selection(since=day, until=day)),
        "filtered by text and checkpoint": partial(
            find, selection=Selection(text="word10", checkpoints=("bert-base-uncased",))
        ),
    }


def main() -> None:
    """Make the logs where they are missing, measure, and write one line per search."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--prompts", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=5)
    wanted = parser.parse_args()
    out = sys.stdout.write
    batches, asks = (wanted.folder / f"search-{wanted.prompts}-{name}.duckdb" for name in ("batches", "asks"))
    if not batches.exists():
        make(batches, wanted.prompts)
    if not asks.exists():
        subprocess.run(["cp", str(batches), str(asks)], check=True)  # noqa: S607 - closed, so its WAL is in it
        take_apart(asks)
    for path in (batches, asks):
        with Database.open(path) as database:
            counts = history.counts(database)
            out(f"{counts.runs:,} runs, {counts.prompts:,} prompts, {counts.answers:,} answers, {counts.refused:,} refused\n")
            scan = "SELECT count(*) FROM prompt WHERE contains(lower(text), 'word10')"
            out(f"  scan of the prompts alone: {_told(partial(database.rows, scan), wanted.repeats)}\n")
            for said, ask in searches(database).items():
                out(f"  {said}: {_told(ask, wanted.repeats)}, {ask().n:,} runs\n")


def _told(work: Callable[[], object], repeats: int) -> str:
    """Median seconds; and of processor time, which other programs on the machine change less."""
    seconds, busy = [], []
    for _ in range(repeats):
        start, start_busy = time.perf_counter(), time.process_time()
        work()
        seconds.append(time.perf_counter() - start)
        busy.append(time.process_time() - start_busy)
    return f"{statistics.median(seconds):.2f} s (processors {statistics.median(busy):.2f} s)"


if __name__ == "__main__":
    main()
