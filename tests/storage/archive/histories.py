"""Histories that hold something of everything, and all that people can see of a log."""

from __future__ import annotations

from dataclasses import replace

from storage import samples
from storage.annotations import Target, add_note, add_tag, set_label, star
from storage.batches import begin_batch
from storage.drift import measure_drift
from storage.importer import import_file
from storage.log import Log
from storage.pending import PendingRow, gathered
from storage.records import Expectation, Prompt, Refused, RunKind, RunStatus
from tests.conftest import ROOT
from tests.storage.samples import BERT, DISTILBERT, TRIO, answer, ask, batch, checkpoint, run_id

QUERY_ID = "0199c3f1-0000-7000-8000-00000000abcd"
DEEP = "FROM answers WHERE depth > $depth"
Table = list[tuple[object, ...]]


def fill(log: Log) -> None:
    """Asks, a batch, an import, the sample, refused prompts, everything that people add, a replay with its drift."""
    samples.add(log.database)
    log.database.write(lambda cursor: cursor.execute("INSERT INTO setting VALUES ('a', 'b', TIMESTAMP '2026-01-01')"))
    log.append(ask("It is a [MASK].", candidates=["task", "something"]))
    log.append(ask("=A [MASK] before a [MASK].", number=1))
    log.append(ask("It is a [MASK].", number=2, depth=9))
    asked = batch(["Of [MASK].", "And [MASK].", "It is a [MASK]."], number=3)
    expected = tuple(Expectation(Prompt("Of [MASK]."), 0, word) for word in ("course", "late"))
    refused = (Refused("no mask", "There is no mask.", 4), Refused("\udc80", "Not text.", 5))
    log.append(replace(asked, expectations=expected, refused=refused))
    log.update_run(replace(asked.run, status=RunStatus.COMPLETE))
    stopped = replace(batch([], number=8).run, status=RunStatus.CANCELLED)
    with gathered([PendingRow(1, 2, "Not yet [MASK].", (("asked",),), ("told",), "later")]) as rows:
        begin_batch(log.database, stopped, rows)
    import_file(log, ROOT / "storage" / "sample.json", label="Published again", author="Ada", source="a paper")
    other = checkpoint("bert-mini", weights="second")
    drift = measure_drift(answer("It is a [MASK].", BERT), answer("It is a [MASK].", other, seed=1))
    replayed = ask("It is a [MASK].", number=6, checkpoints=(other,))
    log.append(replace(replayed, run=replace(replayed.run, kind=RunKind.REPLAY, options={"repeats": run_id(0)})), (drift,))
    for by in TRIO:
        log.keep_vocabulary(by.tokenizer_sha256, lambda: {"task": True, "##ing": False, "word7": True})
    ((prompt_id,),) = log.database.rows("SELECT prompt_id FROM prompt WHERE text = 'Of [MASK].'")
    for target in (Target(run_id=run_id(1)), Target(prompt_id=prompt_id)):
        star(log.database, target, "Ada")
        add_tag(log.database, target, "geography", "Ada")
        add_note(log.database, target, "Two\nlines with “quotes”.", None)
    set_label(log.database, run_id(0), "<b>A label</b>")
    log.database.write(
        lambda cursor: cursor.execute(
            "INSERT INTO saved_query (saved_query_id, name, sql, parameters, author, created_at)"
            " VALUES ($id, 'Deep ones', $sql, $parameters, 'Ada', TIMESTAMP '2026-03-01 10:00:00')",
            {"id": QUERY_ID, "sql": DEEP, "parameters": '[{"name": "depth", "type": "integer", "default": "3"}]'},
        )
    )


def fill_other(log: Log) -> None:
    """Another team's log: some of the same, and rows of its own under the same keys."""
    log.append(ask("Theirs alone is [MASK].", number=50, checkpoints=(DISTILBERT, BERT)))
    log.append(ask("It is a [MASK].", number=51, checkpoints=(DISTILBERT, BERT), depth=7))
    log.append(ask("=A [MASK] before a [MASK].", number=52, checkpoints=(DISTILBERT,), depth=3, candidates=["task"]))


def everything(log: Log) -> dict[str, Table]:
    """Every row of every view and every table, in an order that does not depend on how they lie."""
    listed = log.database.rows(
        "SELECT view_name FROM duckdb_views() WHERE NOT internal"
        " UNION ALL SELECT table_name FROM duckdb_tables() WHERE table_name <> 'schema_migration'"
    )
    return log.database.read(lambda cursor: {name: sorted(cursor.table(name).fetchall(), key=repr) for (name,) in listed})


def facts(log: Log) -> dict[str, Table]:
    """What a log says without its keys, which are its own."""
    questions = {
        "answers": "SELECT * EXCLUDE (answer_id, prompt_id, checkpoint_id) FROM answers",
        "predictions": "SELECT * EXCLUDE (answer_id, prompt_id, checkpoint_id, word_id) FROM predictions",
        "asks": "SELECT * EXCLUDE (answer_id, prompt_id, checkpoint_id) FROM asks",
        "runs": "FROM runs",
        "checkpoints": "SELECT * EXCLUDE (checkpoint_id) FROM checkpoints",
        "prompts": "SELECT * EXCLUDE (prompt_id) FROM prompts",
        "agreements": "SELECT prompt, mask_index, least(checkpoint_a, checkpoint_b), greatest(checkpoint_a, checkpoint_b),"
        " depth, overlap, rbo, coverage_a + coverage_b,"
        " CASE WHEN checkpoint_a < checkpoint_b THEN coverage_a ELSE coverage_b END FROM agreements",
        "fillings": "SELECT * EXCLUDE (prompt_id, checkpoint_id) FROM fillings",
        "candidates": "SELECT prompt.text, checkpoint.name, word.text, candidate.* EXCLUDE (candidate_id, answer_id, word_id)"
        " FROM candidate JOIN answer USING (answer_id) JOIN prompt USING (prompt_id) JOIN checkpoint USING (checkpoint_id)"
        " JOIN word USING (word_id)",
        "annotations": "SELECT kind, run_id, prompt, text, author FROM annotations",
        "refused": "FROM refused_prompts",
        "drifts": "SELECT * EXCLUDE (prompt_id, checkpoint_then_id, checkpoint_now_id) FROM drifts",
        "vocabularies": "SELECT tokenizer_sha256, word, stands_alone FROM vocabularies",
        "saved": "FROM saved_query",
    }
    return {name: sorted(log.database.rows(sql), key=repr) for name, sql in questions.items()}
