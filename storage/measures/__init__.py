"""Measures of the whole history: one function per question, over a `storage.selection.Selection`, Arrow out.

Everything is keyed by checkpoint_id, so that two weights of one name are never averaged together. `storage.history` is about
runs; this is about answers.
"""

from storage.measures.certainty import AnswerPage, Measure, answers_between, over_time, quantiles, rank_scores
from storage.measures.expectation import expected
from storage.measures.figures import figures
from storage.measures.likeness import DisagreementPage, Order, disagreements, pairs
from storage.measures.selected import SelectedCheckpoint, checkpoints
from storage.measures.vocabulary import WordPage, lists, word_counts, word_counts_over_time, word_uses, words_like

__all__ = [
    "AnswerPage",
    "DisagreementPage",
    "Measure",
    "Order",
    "SelectedCheckpoint",
    "WordPage",
    "answers_between",
    "checkpoints",
    "disagreements",
    "expected",
    "figures",
    "lists",
    "over_time",
    "pairs",
    "quantiles",
    "rank_scores",
    "word_counts",
    "word_counts_over_time",
    "word_uses",
    "words_like",
]
