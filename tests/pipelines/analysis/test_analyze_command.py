"""`python -m pipelines analyze`: JSON of the promised shape, tables for people, sentences for mistakes."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from pipelines.analysis.report import View
from storage.log import Log
from tests.pipelines.analysis.histories import history, words
from tests.pipelines.commands import Command
from tests.storage.samples import ALBERT, BERT, DISTILBERT

INTERVAL = {"mean", "low", "high", "n"}


@pytest.fixture(scope="module")
def log_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log with twenty prompts, all with an expected word."""
    path = tmp_path_factory.mktemp("log") / "log.duckdb"
    told = {
        f"Prompt {i} is [MASK].": {BERT: words("a b c d e"), DISTILBERT: words("a b c d f"), ALBERT: words(f"g{i} h b x y")}
        for i in range(20)
    }
    with Log.open(path) as log:
        log.append(history(told, expected=dict.fromkeys(told, "b")))
    return path


@pytest.fixture
def analyze(told: Command, log_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """What the command says of that log."""
    monkeypatch.setenv("MASKBOARD_HISTORY", str(log_path))
    monkeypatch.setenv("COLUMNS", "200")
    return partial(told, "analyze")


@pytest.fixture
def as_json(analyze: Command) -> Callable[..., Any]:
    """What it prints as JSON."""

    def run(*arguments: str) -> Any:  # noqa: ANN401 - whatever the command printed
        said = analyze(*arguments, "--json")
        assert said.code == 0, said.err
        return json.loads(said.out)

    return run


def test_overlap_has_the_promised_shape(as_json: Callable[..., Any]) -> None:
    found = as_json("--view", "overlap", "--depth", "5")
    assert found["n_prompts"] == 20
    assert [(pair["checkpoint_a"], pair["checkpoint_b"]) for pair in found["pairs"]] == [
        ("bert-mini", "distilbert-mini"), ("bert-mini", "albert-mini"), ("distilbert-mini", "albert-mini"),
    ]  # fmt: skip
    first = found["pairs"][0]
    assert set(first) == {
        "checkpoint_a", "checkpoint_b", "n", "overlap", "jaccard", "rbo", "rbo_minimum", "jsd_shared", "top1_same",
        "low_coverage", "overlap_attainable", "jaccard_attainable",
    }  # fmt: skip
    assert set(first["overlap"]) == INTERVAL
    assert (first["n"], first["overlap"]["mean"], first["jsd_shared"]) == (20, pytest.approx(0.8), None)


def test_accuracy_has_the_promised_shape(as_json: Callable[..., Any]) -> None:
    found = as_json("--view", "accuracy")
    bert = found["checkpoints"][0]
    assert set(bert) == {
        "checkpoint", "n", "acc_at_1", "acc_at_5", "acc_at_10", "acc_of_candidates", "mrr", "nll",
        "brier", "n_nll", "n_brier", "n_long", "ece", "n_calibration", "bins",
    }  # fmt: skip
    assert found["mrr_depth"] == 5
    albert = found["checkpoints"][2]
    assert (albert["nll"]["n"], albert["n_nll"], albert["n_calibration"], albert["bins"]) == (20, 20, 20, [])
    assert (bert["acc_at_1"]["mean"], bert["acc_at_5"]["mean"], bert["acc_at_10"]) == (0.0, 1.0, None)
    assert bert["mrr"]["mean"] == 0.5
    assert {"a", "b", "metric", "difference", "low", "high", "p", "p_holm"} <= set(found["pairs"][0])


def test_without_a_view_all_of_them_are_told(as_json: Callable[..., Any]) -> None:
    assert set(as_json()) == {str(view) for view in View}


@pytest.mark.parametrize("view", View)
def test_every_view_is_a_table_for_people(analyze: Command, view: View) -> None:
    done = analyze("--view", view)
    assert done.code == 0, done.err
    assert "bert-mini" in done.out
    assert "nan" not in done.out


def test_filters_narrow_what_is_counted(as_json: Callable[..., Any]) -> None:
    assert as_json("--view", "overlap", "--filter", "text=prompt 1")["n_prompts"] == 11
    narrowed = as_json("--view", "overlap", "--filter", "checkpoint=bert-mini", "--filter", "checkpoint=albert-mini")
    assert len(narrowed["pairs"]) == 1
    assert as_json("--view", "overlap", "--filter", "label=nobody")["pairs"] == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [(["--view", "guess"], "choose one of overlap"), (["--filter", "bert"], "write key=value"), (["--depth", "0"], "depth")],
)
def test_a_mistake_is_one_sentence(analyze: Command, arguments: list[str], sentence: str) -> None:
    done = analyze(*arguments)
    assert done.code == 2
    assert sentence in done.err
    assert "Traceback" not in done.err


def test_an_empty_log_is_told_and_no_error(told: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "empty.duckdb"
    Log.open(path).close()
    monkeypatch.setenv("MASKBOARD_HISTORY", str(path))
    assert json.loads(told("analyze", "--view", "overlap", "--json").out)["pairs"] == []
    done = told("analyze")
    assert done.code == 0, done.err
    assert "No prompt of this part of the history has an expected word" in done.out


def test_other_views_say_what_they_left_out_and_what_they_compare(as_json: Callable[..., Any]) -> None:
    assert as_json("--view", "diversity")["periods_left_out"] == 0
    metrics = {pair["metric"] for pair in as_json("--view", "distributions")["pairs"]}
    assert metrics == {"top_score", "top1_margin", "entropy"}


def test_the_disagreements_are_paged(analyze: Command, as_json: Callable[..., Any]) -> None:
    first = as_json("--view", "disagreements", "--limit", "2", "--order", "clash")
    assert (len(first["rows"]), first["n"], first["limit"], first["offset"]) == (2, 60, 2, 0)
    assert (first["order"], first["truncated"]) == ("clash", True)
    last = as_json("--view", "disagreements", "--offset", "55")
    assert (len(last["rows"]), last["truncated"], last["order"]) == (5, False, "rbo")
    assert "choose one of rbo" in analyze("--order", "guess").err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--filter", "label=nobody"], "The history holds no answer with the label 'nobody'."),
        (["--filter", "checkpoint=bert-mini", "--filter", "checkpoint=bart"], "no answer of a checkpoint 'bart'"),
        (["--filter", "kind=import"], "no answer from a run of the kind 'import'"),
        (["--filter", "since=2099-01-01"], "No answer of the history passes these filters: every view is empty."),
        (["--view", "accuracy", "--depth", "3"], "--depth changes nothing in the view accuracy"),
        (["--view", "overlap", "--limit", "3"], "belong to the view disagreements"),
    ],
)
def test_what_matches_nothing_or_changes_nothing_is_said(analyze: Command, arguments: list[str], sentence: str) -> None:
    done = analyze(*arguments, "--json")
    assert done.code == 0, done.err
    assert sentence in done.err
    json.loads(done.out)


def test_figures_of_other_prompts_say_their_n_in_the_table(
    told: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "log.duckdb"
    answers = {f"Prompt {i} is [MASK].": {BERT: words("a b c d e" if i < 16 else "a b")} for i in range(20)}
    with Log.open(path) as log:
        log.append(history(answers, expected=dict.fromkeys(answers, "a") | {"Prompt 3 is [MASK].": "z"}))
    monkeypatch.setenv("MASKBOARD_HISTORY", str(path))
    monkeypatch.setenv("COLUMNS", "200")
    shown = told("analyze", "--view", "accuracy").out
    assert "n = 16)" in "".join(shown.split("\n"))
    assert "mean reciprocal rank at 2" in shown or "at 2" in shown
    assert "19 of 20" in shown
