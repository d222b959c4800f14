"""Several masks filled together are kept once and found again, whoever asks."""

from __future__ import annotations

from dataclasses import replace

from storage.comparison import comparison
from storage.log import Log
from storage.records import Prompt
from tests.storage.samples import ALBERT, BERT, TRIO, ask, run

TEXT = "[MASK] is the capital of [MASK]."


def test_a_run_shows_its_fillings_again(log: Log) -> None:
    asked = ask(TEXT)
    assert len(asked.fillings) == 12
    log.append(asked)
    log.append(asked)
    assert comparison(log.database, asked.run.run_id) == asked


def test_fillings_are_found_by_prompt_and_checkpoint(log: Log) -> None:
    asked = ask(TEXT, checkpoints=TRIO[:2])
    log.append(asked)
    found = log.find_fillings([Prompt(TEXT), Prompt("One [MASK].")], [ALBERT, BERT])
    assert list(found) == [(TEXT, BERT.identity)]
    assert found[TEXT, BERT.identity] == asked.fillings[:4]


def test_what_is_kept_stays_as_it_was(log: Log) -> None:
    first = ask(TEXT)
    log.append(first)
    other = tuple(replace(each, slots=tuple(replace(slot, word="other") for slot in each.slots)) for each in first.fillings)
    log.append(replace(first, run=run(1, first.run.options), fillings=other))
    assert log.database.rows("SELECT count(*) FROM filling") == [(12,)]
    assert log.find_fillings([Prompt(TEXT)], [BERT])[TEXT, BERT.identity] == first.fillings[:4]


def test_the_view_reads_from_the_first_mask_to_the_last(log: Log) -> None:
    log.append(ask(TEXT))
    rows = log.database.rows("SELECT DISTINCT words, fill_order FROM fillings ORDER BY fill_order")
    assert rows == [
        (["word0", "word1"], "beam"),
        (["word0", "word1"], "left to right"),
        (["word0", "word1"], "most confident first"),
    ]
