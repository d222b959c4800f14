"""Answers that were made elsewhere are shown for what they are: what was not published is not drawn."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from storage.importer import import_file
from tests.dashboard.conftest import OpenApp, badges, own_log, plain

PROMPT = "She was really good at [MASK]."
Listed = Sequence[tuple[str, float | None]]
Bring = Callable[..., str]


@pytest.fixture
def bring(tmp_path: Path) -> Bring:
    """Import lists of words and scores by checkpoint; the id of the run."""

    def bring_in(prompt: str = PROMPT, **lists: Listed) -> str:
        entries = [
            {
                "model": name.replace("_", "-"),
                "prompt": prompt,
                "expected": "chess",
                "top_k": [{"token_str": word, "score": score} for word, score in lines],
            }
            for name, lines in lists.items()
        ]
        path = tmp_path / "answers.json"
        path.write_text(json.dumps(entries))
        with own_log() as log:
            return import_file(log, path, label="Cards").comparison.run.run_id

    return bring_in


def test_ranks_are_shown_as_ranks_and_no_bar_is_drawn(open_app: OpenApp, bring: Bring) -> None:
    ranks = [("dancing", None), ("chess", None)]
    app = open_app("history", run=bring(bert_base_uncased=ranks, albert_base_v2=ranks[::-1]))
    captions = [each.value for each in app.caption]
    assert captions.count("Rank only: no score was published.") == 2
    assert len(app.get("vega_lite_chart")) == 1, "the heat map, which shows ranks"
    tables = [each.value for each in app.dataframe]
    assert list(tables[0]["word"]) == ["dancing", "chess  ✓ expected"]
    assert list(tables[0]["probability"]) == ["no score"] * 2
    assert [each.value for each in app.metric] == ["-"] * 8
    shown = plain(app)
    assert "the two lists share 2 of 2 words" in shown
    assert "from answers.json" in shown
    assert "How bert-base-uncased and albert-base-v2 cut it is not known" in shown
    assert "not as published" not in badges(app)


def test_scores_have_their_bars_beside_ranks_that_have_none(open_app: OpenApp, bring: Bring) -> None:
    run = bring(bert_x=[("chess", 0.5), ("that", 0.25)], albert_x=[("chess", None), ("that", None)])
    app = open_app("history", run=run)
    assert len(app.get("vega_lite_chart")) == 2
    assert "Rank only: no score was published." in [each.value for each in app.caption]


def test_a_list_that_is_half_known_says_which_half(open_app: OpenApp, bring: Bring) -> None:
    app = open_app("history", run=bring(bert_x=[("chess", 0.5), ("that", None)]))
    assert "Some ranks were published without a score." in [each.value for each in app.caption]
    assert list(app.dataframe[0].value["probability"]) == ["50.0 %", "no score"]


def test_a_long_list_without_scores_opens_on_demand(open_app: OpenApp, bring: Bring) -> None:
    app = open_app("history", run=bring(bert_x=[(f"word{i}", None) for i in range(60)]))
    assert [len(each.value) for each in app.dataframe][:2] == [50, 60]


def test_an_import_is_listed_with_its_kind_and_first_words(open_app: OpenApp, bring: Bring) -> None:
    bring(bert_x=[("chess", 0.5)], albert_x=[("that", None)])
    app = open_app("history")
    assert "bert-x: chess\nalbert-x: that" in plain(app)
    assert any(each.value.endswith(" · import") for each in app.caption)


def test_it_can_be_taken_to_compare(open_app: OpenApp, bring: Bring) -> None:
    app = open_app("compare", run=bring(bert_x=[("chess", None)]))
    assert app.text_area(key="prompt").value == PROMPT
    assert app.text_input(key="expected").value == "chess"
    assert "Not all are here" in badges(app)
    assert "Rank only: no score was published." in [each.value for each in app.caption]
