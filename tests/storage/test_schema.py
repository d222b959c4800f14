"""The views and macros that people use: each explained, and the same in the documentation."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from storage.annotations import Target, star
from storage.drift import measure_drift
from storage.log import Log
from storage.records import AskedAnswer, Checkpoint, Comparison, Refused, RunKind
from tests.storage.samples import BERT, TRIO, answer, ask, checkpoint, run, run_id

VIEWS = {
    "agreements",
    "annotations",
    "answers",
    "asks",
    "candidates",
    "checkpoint_tokenizer",
    "checkpoints",
    "drifts",
    "fillings",
    "latest_agreements",
    "latest_answers",
    "latest_predictions",
    "predictions",
    "prompts",
    "refused_prompts",
    "runs",
    "vocabularies",
}
MACROS = {
    "compared_words",
    "family_place",
    "jaccard",
    "names_checkpoint",
    "overlap",
    "perplexity",
    "rbo",
    "selected_answers",
    "selected_asks",
    "selected_pairs",
    "selected_periods",
    "selected_words",
    "spelled",
    "word_units",
}
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "storage.md"


def explained(log: Log) -> dict[tuple[str, str], str | None]:
    """The comment of every view, and under it of every column."""
    views = log.database.rows("SELECT view_name, '', comment FROM duckdb_views() WHERE NOT internal")
    columns = log.database.rows(
        "SELECT table_name, column_name, comment FROM duckdb_columns()"
        " WHERE table_name IN (SELECT view_name FROM duckdb_views() WHERE NOT internal)"
    )
    return {(view, column): comment for view, column, comment in views + columns}


def test_the_views_for_people_are_these(log: Log) -> None:
    assert {view for view, _ in explained(log)} == VIEWS


def test_every_view_and_every_column_has_its_line(log: Log) -> None:
    assert [name for name, comment in explained(log).items() if not comment] == []


def test_every_macro_has_its_line(log: Log) -> None:
    macros: dict[str, str] = dict(log.database.rows("SELECT function_name, comment FROM duckdb_functions() WHERE NOT internal"))
    assert set(macros) == MACROS
    assert all(macros.values())


def test_the_document_says_what_the_database_says(log: Log) -> None:
    documented: dict[tuple[str, str], str | None] = {}
    view = ""
    for line in DOCUMENT.read_text("utf-8").splitlines():
        if heading := re.fullmatch(r"### `(\w+)`", line):
            view = heading[1]
        elif view and (row := re.fullmatch(r"\| `(\w+)` \| (.+) \|", line)):
            documented[view, row[1]] = row[2]
        elif view in VIEWS and line and not line.startswith("|") and (view, "") not in documented:
            documented[view, ""] = line
    assert {key: line for key, line in documented.items() if key[0] in VIEWS} == explained(log)


@pytest.mark.parametrize("view", sorted(VIEWS))
def test_every_view_answers(log: Log, view: str) -> None:
    text = "[MASK] is the capital of [MASK]."
    log.append(ask(text, candidates=["paris"]))
    found = measure_drift(answer(text, BERT), answer(text, BERT))
    replayed = replace(run(1, {"repeats": run_id()}), kind=RunKind.REPLAY)
    log.append(Comparison(replayed, ask(text).answers, refused=(Refused("no mask", "There is no mask."),)), [found])
    star(log.database, Target(run_id=run_id()))
    log.keep_vocabulary(BERT.tokenizer_sha256, lambda: {"paris": True, "##ing": False})
    assert log.database.read(lambda cursor: len(cursor.table(view).fetchall())) > 0


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        # Published and hand-counted values at depth 5, p = 0.9.
        ("rbo(['a','b','c','d','e'], ['a','b','c','d','e'], 0.9)", 1.0),
        ("rbo(['a','b','c','d','e'], ['e','d','c','b','a'], 0.9)", 0.7378),
        ("rbo(['a','b','c','d','e'], ['a','b','d','c','e'], 0.9)", 0.9730),
        ("rbo(['a','b','c'], ['x','y','z'], 0.9)", 0.0),
        ("rbo([], ['x'], 0.9)", None),
        ("jaccard(['a','b','c','d','e'], ['e','d','c','b','a'])", 1.0),
        ("jaccard(['a','b'], ['b','c'])", 1 / 3),
        ("jaccard([], ['a'])", None),
        ("overlap(['a','b','c','d'], ['d','x','y','z'])", 0.25),
        ("overlap(['a'], ['x'])", 0.0),
        ("overlap(['a'], [])", None),
        ("perplexity(0)", 1.0),
        ("perplexity(ln(7))", 7.0),
        ("perplexity(NULL)", None),
    ],
)
def test_macros_give_the_golden_values(log: Log, expression: str, expected: float | None) -> None:
    ((value,),) = log.database.rows("SELECT " + expression)
    assert value == (None if expected is None else pytest.approx(expected, abs=5e-5))


def test_rbo_agrees_on_the_weight_of_the_first_ten_ranks(log: Log) -> None:
    # At p = 0.9 the first ten ranks weigh 0.8556 (Webber et al. 2010, equation 21); two lists that share all ten and are
    # compared to depth ten are alike by definition, whatever p is.
    letters = list("abcdefghij")
    ((value,),) = log.database.rows("SELECT rbo($a, $a, 0.9)", {"a": letters})
    assert value == pytest.approx(1.0)


def test_the_latest_answer_is_the_one_asked_for_last(log: Log) -> None:
    old, new = checkpoint("bert-mini", weights="old"), checkpoint("bert-mini", weights="new")

    def ask_of(by: Checkpoint, number: int, *, reused: bool) -> None:
        asked = AskedAnswer(answer("It is [MASK].", by), 3.0, reused=reused)
        log.append(Comparison(run=run(number), answers=(asked,)))

    def latest() -> list[tuple[object, ...]]:
        return log.database.rows("SELECT weights_sha256 FROM latest_answers JOIN checkpoints USING (checkpoint_id)")

    ask_of(old, 1, reused=False)
    ask_of(new, 2, reused=False)
    assert latest() == [(new.weights_sha256,)]
    ask_of(old, 3, reused=True)
    assert latest() == [(old.weights_sha256,)]
    assert log.database.rows("SELECT count(DISTINCT checkpoint_id) FROM latest_predictions") == [(1,)]


def test_the_views_tell_a_run_in_words(log: Log) -> None:
    comparison = ask("Paris is the [MASK] of France.")
    log.append(comparison)
    first = comparison.answers[0].answer
    assert log.database.rows("SELECT prompt_count, answer_count, refused_count FROM runs") == [(1, 3, 0)]
    assert log.database.rows("SELECT DISTINCT checkpoint FROM asks ORDER BY ALL") == sorted((c.name,) for c in TRIO)
    said = log.database.rows(
        "SELECT rank, word, piece, token_id, score FROM predictions WHERE checkpoint = $name ORDER BY rank", {"name": BERT.name}
    )
    assert said == [(p.rank, p.word, p.piece, p.token_id, pytest.approx(p.score)) for p in first.predictions]
    assert log.database.rows("SELECT count(*) FROM latest_agreements") == [(3,)]
