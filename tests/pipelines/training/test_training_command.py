"""From text to three checkpoints with their cards, in small; and every refusal is a sentence."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForMaskedLM, AutoTokenizer

from pipelines.training import command
from pipelines.training.errors import TrainingError
from pipelines.training.facts import Facts
from pipelines.training.recipe import RECIPES, Recipe, find_recipe

FILES = {"config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "training.json", "README.md"}


@pytest.mark.usefixtures("tiny_recipes")
def test_a_short_training_beats_the_frequencies_of_the_pieces(python_manual: Path, tmp_path: Path) -> None:
    out, state = tmp_path / "out", tmp_path / "state"
    for name, steps in (("tiny-bert", 80), ("tiny-distilbert", 20), ("tiny-albert", 80)):
        command.train(name, out, steps=steps, corpus=python_manual, state=state, threads=1)
    for facts in command.evaluate(out, corpus=python_manual, state=state, threads=1):
        folder = out / facts.training.checkpoint
        assert {path.name for path in folder.iterdir()} == FILES
        assert facts.evaluation is not None
        assert facts.evaluation.accuracy.loss < facts.evaluation.baselines.unigram.loss - 0.3
        assert facts.evaluation.accuracy.loss == pytest.approx(facts.training.float32.loss, abs=0.01)
        card = (folder / "README.md").read_text(encoding="utf-8")
        assert f"{facts.evaluation.accuracy.top_5:.1f} %" in card
        model = AutoModelForMaskedLM.from_pretrained(folder, dtype=torch.float32)
        assert model.config.model_type == facts.training.family
        inputs = AutoTokenizer.from_pretrained(folder)("The [MASK] is a string.", return_tensors="pt")
        assert model(**inputs).logits.isfinite().all()
        assert Facts.load(folder).evaluation is not None


def test_the_same_seed_and_steps_give_the_same_file(
    python_manual: Path, tmp_path: Path, tiny_recipes: None, tiny_bert: Recipe
) -> None:
    weights = []
    for place in ("one", "two"):
        folder = command.train(
            "tiny-bert", tmp_path / place, steps=5, corpus=python_manual, state=tmp_path / f"{place}-state", threads=1
        )
        weights.append((folder / "model.safetensors").read_bytes())
    assert weights[0] == weights[1]


def test_an_unknown_recipe_lists_the_known_ones() -> None:
    with pytest.raises(TrainingError, match="bert-mini, distilbert-mini, albert-mini"):
        find_recipe("bert-maxi")


def test_an_unknown_device_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="choose cpu or cuda"):
        command.train("bert-mini", tmp_path, device="tpu")
    if not torch.cuda.is_available():
        with pytest.raises(TrainingError, match="--device cpu"):
            command.train("bert-mini", tmp_path, device="cuda")


def test_no_minutes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="more than 0"):
        command.train("bert-mini", tmp_path, minutes=0)


def test_too_little_text_is_refused(python_manual: Path, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="add more text"):
        command.train("bert-mini", tmp_path / "out", corpus=python_manual, state=tmp_path / "state", threads=1)


def test_a_student_needs_its_teacher(
    python_manual: Path, tmp_path: Path, tiny_recipes: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    orphan = replace(RECIPES["cpu"]["tiny-distilbert"], teacher="nobody")
    monkeypatch.setitem(RECIPES["cpu"], orphan.name, orphan)
    with pytest.raises(TrainingError, match="train it first"):
        command.train(orphan.name, tmp_path / "out", corpus=python_manual, state=tmp_path / "state", threads=1)


def test_nothing_to_evaluate_is_a_sentence(python_manual: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(TrainingError, match="no checkpoint"):
        command.evaluate(tmp_path / "empty", corpus=python_manual, state=tmp_path, threads=1)
    with pytest.raises(TrainingError, match=r"training\.json"):
        Facts.load(tmp_path / "empty")


def test_the_package_and_its_help_do_without_torch() -> None:
    script = "import sys, json, pipelines.training, pipelines.training.__main__; json.dump(sorted(sys.modules), sys.stdout)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert {"torch", "transformers", "tokenizers"}.isdisjoint(json.loads(done.stdout))


def test_a_problem_is_one_sentence_and_exit_code_2(tmp_path: Path) -> None:
    arguments = ["--checkpoint", "bert-maxi", "--out", str(tmp_path)]
    done = subprocess.run([sys.executable, "-m", "pipelines.training", *arguments], capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.startswith("There is no recipe for 'bert-maxi'")
    assert "Traceback" not in done.stderr
