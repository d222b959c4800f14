"""Answers that were made elsewhere, as files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from storage.records import Answer

PARIS = "The capital of France is [MASK]."


def line(word: str, score: float | None = None, token: int | None = None) -> dict[str, Any]:
    return {"token_str": word, "score": score, "token": token}


def entry(*lines: dict[str, Any], prompt: str = PARIS, model: str = "bert-base-uncased", **more: object) -> dict[str, Any]:
    return {"model": model, "prompt": prompt, "top_k": list(lines), **more}


GOOD = entry(line("paris", 0.4168, 3000), line("lille", 0.0714, 22479))


def write(folder: Path, content: object, name: str = "answers.json") -> Path:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return path


def words(answer: Answer) -> list[str]:
    return [each.word for each in answer.predictions]


SEQUENCES = [
    {"score": 0.5, "token": 3000, "token_str": "paris", "sequence": "the capital of france is paris."},
    {"score": 0.25, "token": 2006, "token_str": "##s", "sequence": "the capital of france iss."},
]


CSV = """checkpoint,prompt,rank,word,score,mask_index,token,expected
bert-base-uncased,The capital of France is [MASK].,2,lille,0.0714,,22479,
bert-base-uncased,The capital of France is [MASK].,1,paris,0.4168,,3000,paris|Paris
distilbert-base-uncased,The capital of France is [MASK].,1,marseille,,,,
bert-base-uncased,"The [MASK],
and the [MASK].",1,dog,0.1,1,,
"""
