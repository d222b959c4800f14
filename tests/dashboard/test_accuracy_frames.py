"""The table of the accuracy says of how many prompts a figure is known."""

from __future__ import annotations

from pathlib import Path

from dashboard.history_frames.accuracy import long_words, summary_table
from pipelines.analysis.accuracy import accuracy
from storage.log import Log
from storage.records import AskedAnswer, Candidate, Comparison, Expectation, Prompt
from storage.selection import Selection
from tests.storage.measures.histories import told
from tests.storage.samples import ALBERT, BERT, run


def test_unknown_probabilities_are_counted_and_no_mean_is_made_of_the_known_ones(tmp_path: Path) -> None:
    answers, expectations = [], []
    for number in range(20):
        text = f"{number} [MASK]"
        lists = "abcdef" if number < 16 else "abc"
        long = (Candidate("rare", ("ra", "##re"), True, -9.0, None, None),) if number == 0 else ()
        answers += [told(BERT, lists, text=text), told(ALBERT, "abcdef", text=text, candidates=long)]
        expectations.append(Expectation(Prompt(text), 0, "rare" if number == 0 else "a"))
    with Log.open(tmp_path / "log.duckdb") as log:
        asked = tuple(AskedAnswer(each, 3.0, reused=False) for each in answers)
        log.append(Comparison(run(0), asked, expectations=tuple(expectations)))
        found = accuracy(log.database, Selection())
    bert, albert = summary_table(found).to_pylist()
    assert (bert["nll"], bert["brier"]) == ("not known: 19 of 20", "not known: 19 of 20")
    assert bert["acc_at_5"].endswith("; n = 16)")
    assert "n =" not in bert["acc_at_1"]
    assert "n =" not in albert["nll"]
    assert albert["brier"] == "not known: 19 of 20"
    assert long_words(found) == "Expected words that cannot be said in one mask: albert-mini 1."
    assert found.mrr_depth == 3
