"""`python -m storage import`, and the published answers of the real weights."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from storage import history
from storage.__main__ import main
from storage.importer import Imported, read
from storage.log import Log
from storage.spelling import spell_prompt
from tests.storage.importer.conftest import GOOD, PARIS, SEQUENCES, entry, line, write


def run(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    code = main(["import", *arguments])
    told = capsys.readouterr()
    return code, told.out, told.err


def test_the_command_says_what_it_did(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, [GOOD, GOOD, entry(line("a"), model="albert-x"), entry(line("b", 3.0))])
    code, out, err = run([str(path), "--label", "Cards", "--author", "Ada"], capsys)
    assert (code, err) == (0, "")
    assert out.startswith(
        "Imported 1 prompt, 2 answers and 3 predictions; 1 answer without scores; 1 answer given again; 1 entry refused. Run "
    )
    assert "Entry 4: The score of rank 1 is 3.0; a probability lies between 0 and 1." in out
    with Log.open() as log:
        (summary,) = history.recent_runs(log.database).rows
        assert (summary.kind, summary.label, summary.author) == ("import", "Cards", "Ada")
        assert (summary.answer_count, summary.refused_count) == (2, 1)
        assert summary.run_id in out


def test_a_file_of_which_nothing_is_taken_is_kept_as_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run([str(write(tmp_path, [entry(line("b", 3.0))]))], capsys)
    assert (code, out) == (2, "")
    assert err.startswith("Nothing could be imported: 1 entry is refused, and kept as such in run ")
    assert "Entry 1: The score of rank 1 is 3.0" in err
    assert "Imported" not in err
    with Log.open() as log:
        (summary,) = history.recent_runs(log.database).rows
        assert (summary.status, summary.first_text, summary.refused_count) == ("failed", PARIS, 1)


def test_a_mistake_is_one_sentence_and_leaves_no_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, SEQUENCES)
    for arguments in ([str(path)], [str(tmp_path / "none")], [str(path), "--checkpoint", "x", "--label", "l" * 300], []):
        code, out, err = run(arguments, capsys)
        assert (code, out, err.count("\n")) == (2, "", 1)
    with Log.open() as log:
        assert history.counts(log.database).runs == 0


def published(shared_data: Path) -> tuple[Imported, list[dict[str, Any]]]:
    path = shared_data / "published_fillmask.json"
    return read(path), json.loads(path.read_text("utf-8"))["entries"]


def test_every_published_answer_is_imported_refused_or_a_duplicate(shared_data: Path) -> None:
    imported, entries = published(shared_data)
    assert len(entries) == 762
    assert len(imported.answers) + len(imported.comparison.refused) + imported.duplicates == 762
    assert imported.comparison.refused == ()
    assert len({each.checkpoint for each in imported.answers}) == 3
    assert sum(each.has_scores for each in imported.answers) == 160


def test_published_scores_are_kept_to_the_last_digit_and_ranks_stay_ranks(shared_data: Path, log: Log) -> None:
    imported, entries = published(shared_data)
    log.append(imported.comparison)
    stored: dict[tuple[str, str], list[tuple[str, int, float | None]]] = {}
    for name, text, word, token, score in log.database.rows(
        "SELECT checkpoint, prompt, word, token_id, score FROM predictions ORDER BY answer_id, rank"
    ):
        stored.setdefault((name, text), []).append((word, token, score))
    seen = set()
    for each in entries:
        key = (each["model"], spell_prompt(each["prompt"]).text)
        if key in seen or each["model"] != "bert-base-uncased" or each["score_precision"] != "full":
            continue
        seen.add(key)
        for said, (word, token, score) in zip(each["top_k"], stored[key], strict=False):
            assert (word, token) == (said["token_str"], said["token"])
            assert score == pytest.approx(said["score"], rel=1e-5)  # of two that ran it, the deeper list is kept
    assert len(seen) > 100
    ranks_only = log.database.rows("SELECT count(*) FROM answers WHERE top_score IS NULL")
    assert ranks_only == [(596,)]
