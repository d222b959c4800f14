"""The sentence that says whether a difference is real, for every way in which it can end."""

from __future__ import annotations

import pytest

from pipelines.statistics import Difference
from pipelines.verdicts import verdict

REAL = Difference(0.1234, 0.05, 0.2, 120, 0.0004, "sign-flip permutation")
SENTENCES = [
    ("none", Difference(float("nan"), None, None, 0, None, "exact McNemar"), None,
     "No prompt was answered by both BERT and ALBERT: nothing to compare (n = 0)."),
    ("one", Difference(0.5, None, None, 1, None, "exact McNemar"), None,
     "1 prompt: BERT minus ALBERT is +0.5 RBO; under 15 prompts no interval is drawn: too few to tell (n = 1)."),
    ("few", Difference(-0.25, None, None, 14, None, "exact McNemar"), None,
     "14 prompts: BERT minus ALBERT is -0.25 RBO; under 15 prompts no interval is drawn: too few to tell (n = 14)."),
    ("zero inside", Difference(0.02, -0.01, 0.05, 38, 0.2, "sign-flip permutation"), 0.6,
     "38 prompts: BERT minus ALBERT is +0.02 RBO, 95 % interval -0.01 to +0.05; "
     "the interval includes zero: no evidence of a difference (n = 38)."),
    ("equal", Difference(0.0, 0.0, 0.0, 38, 1.0, "exact McNemar"), 1.0,
     "38 prompts: BERT minus ALBERT is +0 RBO; the two are equal on every prompt: no evidence of a difference (n = 38)."),
    ("real", REAL, 0.0012,
     "120 prompts: BERT minus ALBERT is +0.123 RBO, 95 % interval +0.05 to +0.2; the interval excludes zero: "
     "BERT is higher (n = 120), p = 0.0012 (sign-flip permutation, Holm over the pairs)."),
    ("real, one pair", REAL, None,
     "120 prompts: BERT minus ALBERT is +0.123 RBO, 95 % interval +0.05 to +0.2; the interval excludes zero: "
     "BERT is higher (n = 120), p < 0.001 (sign-flip permutation)."),
    ("real, the other way", Difference(-0.1, -0.2, -0.05, 1200, 0.01, "exact McNemar"), 0.03,
     "1,200 prompts: BERT minus ALBERT is -0.1 RBO, 95 % interval -0.2 to -0.05; the interval excludes zero: "
     "ALBERT is higher (n = 1,200), p = 0.03 (exact McNemar, Holm over the pairs)."),
    ("not after Holm", Difference(0.1, 0.01, 0.2, 60, 0.03, "exact McNemar"), 0.09,
     "60 prompts: BERT minus ALBERT is +0.1 RBO, 95 % interval +0.01 to +0.2; the interval excludes zero, but "
     "p = 0.09 (exact McNemar, Holm over the pairs): too little evidence of a difference (n = 60)."),
]  # fmt: skip


@pytest.mark.parametrize(
    ("difference", "p_holm", "sentence"), [row[1:] for row in SENTENCES], ids=[row[0] for row in SENTENCES]
)
def test_the_sentence(difference: Difference, p_holm: float | None, sentence: str) -> None:
    assert verdict(difference, "RBO", "BERT", "ALBERT", p_holm) == sentence


def test_the_sentence_says_where_less_is_better() -> None:
    assert verdict(REAL, "nats", "BERT", "ALBERT", less_is_better=True).endswith("(sign-flip permutation); less is better.")
