"""The card says what the facts say, and nothing where nothing was measured."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.training.card import render, write_card
from pipelines.training.facts import Accuracy, Baselines, Evaluation, Facts, Probe, Training


@pytest.fixture
def training() -> Training:
    return Training(
        checkpoint="distilbert-mini",
        family="distilbert",
        teacher="bert-mini",
        machine="two CPU cores",
        length="CPU",
        minutes=12.34,
        by_steps=True,
        steps=5678,
        tokens=9_012_345,
        seed=42,
        peak_rate=2e-3,
        warmup_steps=100,
        tokens_per_step=2048,
        mask_share_first=0.25,
        mask_share_last=0.2,
        disguise_until=0.5,
        vocabulary_size=8192,
        layers=2,
        hidden_size=256,
        embedding_size=256,
        heads=4,
        feed_forward=1024,
        positions=128,
        parameters=3_784_448,
        train_pieces=1_000_000,
        held_out_pieces=10_000,
        versions={"torch": "2.13.0"},
        float32=Accuracy(3.5, 36.0, 57.0, 1000),
    )


@pytest.fixture
def evaluation() -> Evaluation:
    return Evaluation(
        accuracy=Accuracy(3.51, 35.9, 56.9, 1000),
        disguised=Accuracy(3.3, 40.1, 60.2, 1000),
        row_length=128,
        baselines=Baselines(Accuracy(7.1, 5.2, 16.6, 1000), Accuracy(5.3, 21.7, 40.6, 1000), Accuracy(4.1, 29.6, 50.8, 1000)),
        milliseconds=37.7,
        times_bert_speed=1.85,
        share_of_bert=0.71,
        megabytes=7.57,
        prompts={"The [MASK] is red.": ["sun", "sky", "book", "man", "car"]},
        probes=[Probe("CPRAG-102", "expected word in the top 5", 12.5, 8, 34), Probe("unanswerable", "x", 0.0, 0, 9)],
    )


def test_facts_survive_their_file(training: Training, evaluation: Evaluation, tmp_path: Path) -> None:
    for facts in (Facts(training), Facts(training, evaluation)):
        facts.save(tmp_path)
        assert Facts.load(tmp_path) == facts


def test_every_figure_is_on_the_card(training: Training, evaluation: Evaluation, tmp_path: Path) -> None:
    write_card(Facts(training, evaluation), tmp_path)
    card = (tmp_path / "README.md").read_text(encoding="utf-8")
    for figure in ("12.3", "5,678", "9,012,345", "42", "3.510", "56.9 %", "40.6 %", "60.2 %", "1.85 times", "71 %", "7.57 MB"):
        assert figure in card
    assert "| The [MASK] is red. | sun, sky, book, man, car |" in card
    assert "| CPRAG-102 | expected word in the top 5 | 12.5 % | 8 of 34 |" in card
    assert "unanswerable" not in card


def test_the_card_says_whose_checkpoint_it_is_and_what_it_was_made_of(training: Training) -> None:
    card = render(Facts(training))
    assert "not one of Google's or Hugging Face's" in card
    assert "distilled from it with the three losses" in card
    assert all(licence in card for licence in ("CC BY-SA 3.0", "CC BY 4.0", "public domain"))
    assert "Not yet measured" in card


def test_the_card_tells_how_to_repeat_the_training(training: Training) -> None:
    assert "`--steps 5678` and as many threads repeats it exactly" in render(Facts(training))
    by_minutes = render(Facts(replace(training, by_steps=False)))
    assert "--steps" not in by_minutes
    assert "followed the minutes" in by_minutes
    went_on = render(Facts(replace(training, remark="It went on from an earlier training.")))
    assert "exactly on one machine. It went on from an earlier training." in went_on


def test_the_disguise_is_told_as_it_was(training: Training) -> None:
    tell = {share: render(Facts(replace(training, disguise_until=share))) for share in (0.0, 0.5, 1.0)}
    assert "each shown as [MASK];" in tell[0.0]
    assert "in the first 50 % of the training" in tell[0.5]
    assert "10 % as they are;" in tell[1.0]


def test_each_family_tells_its_own_story(training: Training) -> None:
    albert = render(Facts(replace(training, family="albert", teacher=None, embedding_size=104)))
    assert "embeddings of 104 widened to 256" in albert
    assert "Unigram" in albert
    assert "Trockman & Kolter 2023" in albert
    assert "distilled" not in albert
