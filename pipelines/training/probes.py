"""Published questions with one blank: Ettinger 2020, oLMpics (Talmor et al. 2020) and capitals of ParaRel (Elazar et al. 2021).

They are read where the person keeps them, beside the corpus; absent ones are left out of the figures.
"""

import csv
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from transformers import PreTrainedTokenizerFast

from pipelines.training.architecture import MaskedModel
from pipelines.training.corpus import FOLDED
from pipelines.training.facts import Probe


@dataclass(frozen=True)
class Question:
    """One prompt with its answers."""

    prompt: str
    choices: tuple[str, ...]
    right: int
    """Which of the choices is right; of no meaning where any of them is."""


def ask_probes(model: MaskedModel, tokenizer: PreTrainedTokenizerFast, folder: Path) -> list[Probe]:
    """Ask every set of questions found in the folder.

    An answer must be one whole piece of the vocabulary; questions with another one are counted as not answered.

    Args:
        model: in evaluation mode.
        tokenizer: of that model.
        folder: with lm-diagnostics, olmpics and pararel; each may be absent.
    """
    asker = _Asker(model, tokenizer)
    probes = [asker.top_five(name, list(rows)) for name, rows in _open_questions(folder) if rows]
    return probes + [asker.choose(name, list(rows)) for name, rows in _choices(folder) if rows]


def _open_questions(folder: Path) -> Iterable[tuple[str, list[Question]]]:
    diagnostics = folder / "lm-diagnostics" / "datasets"
    yield (
        "CPRAG-102",
        [
            Question(f"{row['context_s1']} {row['context_s2']} [MASK].", (row["expected"],), 0)
            for row in _table(diagnostics / "CPRAG-102" / "CPRAG-102.tsv")
        ],
    )
    yield (
        "ROLE-88",
        [
            Question(f"{row['context'].strip()} [MASK].", tuple(row["expected"].split("|")), 0)
            for row in _table(diagnostics / "ROLE-88" / "ROLE-88.tsv")
        ],
    )
    yield (
        "NEG-136 SIMP, affirmative",
        [
            Question(_statement(row["context_aff"], row["target_aff"]), (row["target_aff"],), 0)
            for row in _table(diagnostics / "NEG-136" / "NEG-136-SIMP.tsv")
        ],
    )
    yield (
        "ParaRel P36 (capitals)",
        [
            Question(f"The capital of {row['sub_label']} is [MASK].", (row["obj_label"],), 0)
            for row in _lines(folder / "pararel" / "data" / "trex_lms_vocab" / "P36.jsonl")
        ],
    )


def _choices(folder: Path) -> Iterable[tuple[str, list[Question]]]:
    rows = _table(folder / "lm-diagnostics" / "datasets" / "NEG-136" / "NEG-136-SIMP.tsv")
    yield (
        "NEG-136 SIMP, affirmative",
        [
            Question(_statement(row["context_aff"], row["target_aff"]), (row["target_aff"], row["target_neg"]), 0)
            for row in rows
        ],
    )
    yield (
        "NEG-136 SIMP, negated",
        [
            Question(_statement(row["context_neg"], row["target_neg"]), (row["target_aff"], row["target_neg"]), 1)
            for row in rows
        ],
    )
    for path in sorted((folder / "olmpics" / "tests" / "data").glob("oLMpics_*_dev.jsonl")):
        name = path.stem.removeprefix("oLMpics_").removesuffix("_dev").replace("_", " ")
        yield f"oLMpics {name}", [_multiple_choice(row) for row in _lines(path)]


def _multiple_choice(row: dict[str, Any]) -> Question:
    question = row["question"]
    labels = [choice["label"] for choice in question["choices"]]
    return Question(question["stem"], tuple(choice["text"] for choice in question["choices"]), labels.index(row["answerKey"]))


def _statement(context: str, target: str) -> str:
    """``A trout is (a|an)`` and ``fish`` give ``A trout is a [MASK].``"""
    article = "an" if target[0] in "aeiou" else "a"
    return context.replace("(a|an)", article) + " [MASK]."


class _Asker:
    def __init__(self, model: MaskedModel, tokenizer: PreTrainedTokenizerFast) -> None:
        self.model = model
        self.tokenizer = tokenizer
        self.vocabulary = tokenizer.get_vocab()
        self.mark = "▁" if any(piece.startswith("▁") for piece in self.vocabulary) else ""

    def top_five(self, name: str, rows: list[Question]) -> Probe:
        known = [(row, ids) for row in rows if (ids := self._pieces(row.choices, every=False))]
        hits = sum(bool(set(self._logits(row.prompt).topk(5).indices.tolist()) & set(ids)) for row, ids in known)
        return self._probe(name, "expected word in the top 5", hits, len(known), len(rows))

    def choose(self, name: str, rows: list[Question]) -> Probe:
        known = [(row, ids) for row in rows if (ids := self._pieces(row.choices, every=True))]
        hits = sum(int(self._logits(row.prompt)[ids].argmax()) == row.right for row, ids in known)
        return self._probe(name, "right choice preferred", hits, len(known), len(rows))

    def _probe(self, name: str, figure: str, hits: int, answered: int, asked: int) -> Probe:
        return Probe(name, figure, 100 * hits / answered if answered else 0.0, answered, asked)

    def _pieces(self, words: Iterable[str], every: bool) -> list[int]:
        """Return the ids of the words that are one piece; none at all if every word must be and one is not."""
        found = [self.vocabulary.get(self.mark + word.lower().strip()) for word in words]
        ids = [piece for piece in found if piece is not None]
        return ids if len(ids) == len(found) or not every else []

    @torch.inference_mode()
    def _logits(self, prompt: str) -> Tensor:
        inputs = self.tokenizer(prompt.translate(FOLDED), return_tensors="pt").to(self.model.device)
        here = inputs["input_ids"][0] == self.tokenizer.mask_token_id
        logits: Tensor = self.model(**inputs).logits[0][here][0].cpu()
        return logits


def _table(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))


def _lines(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
