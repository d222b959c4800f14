"""Both vocabularies cut as their families do, and the written folder loads as what it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tokenizers import Tokenizer
from transformers import AutoTokenizer

from pipelines.training.corpus import read_articles, split_sentences
from pipelines.training.vocabulary import learn_unigram, learn_wordpiece, save_tokenizer

PROMPTS = ["The value of the [MASK] is a string.", "[MASK] Café (1914), isn't it?", "a [MASK] [MASK], x  y", "the [MASK]s"]


@pytest.fixture
def sentences(python_manual: Path) -> list[str]:
    return [text for article in read_articles(python_manual) for part in article.paragraphs for text in split_sentences(part)]


@pytest.fixture
def wordpiece(sentences: list[str]) -> Tokenizer:
    return learn_wordpiece(sentences, 600)


@pytest.fixture
def unigram(sentences: list[str]) -> Tokenizer:
    return learn_unigram(sentences, 600)


def test_wordpiece_is_lower_case_and_marks_continuations(wordpiece: Tokenizer) -> None:
    assert wordpiece.encode("The VALUE.").tokens == ["[CLS]", "the", "value", ".", "[SEP]"]
    pieces = wordpiece.encode("evaluator", add_special_tokens=False).tokens
    assert len(pieces) > 1
    assert all(piece.startswith("##") for piece in pieces[1:])


def test_unigram_marks_words_and_keeps_punctuation_apart(unigram: Tokenizer) -> None:
    assert unigram.encode("The VALUE.").tokens == ["[CLS]", "▁the", "▁value", ".", "[SEP]"]
    mixed = [piece for piece in unigram.get_vocab() if len(piece.strip("▁")) > 1 and not piece.strip("▁").isalnum()]
    assert set(mixed) == {"<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"}


def test_the_unigram_mask_takes_the_space_before_it(unigram: Tokenizer) -> None:
    # Ids and not spellings: the token at the mask is shown with the space it took.
    ids = unigram.encode("the [MASK]. is").ids
    assert ids == [2, unigram.token_to_id("▁the"), 4, unigram.token_to_id("."), unigram.token_to_id("▁is"), 3]


def test_special_pieces_have_the_first_ids(wordpiece: Tokenizer, unigram: Tokenizer) -> None:
    assert [wordpiece.id_to_token(i) for i in range(5)] == ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    assert [unigram.id_to_token(i) for i in range(5)] == ["<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"]


@pytest.mark.parametrize("family", ["bert", "distilbert", "albert"])
def test_the_folder_loads_and_cuts_alike(family: str, wordpiece: Tokenizer, unigram: Tokenizer, tmp_path: Path) -> None:
    tokenizer = unigram if family == "albert" else wordpiece
    save_tokenizer(tokenizer, family, 32, tmp_path)
    (tmp_path / "config.json").write_text(json.dumps({"model_type": family}))
    loaded = AutoTokenizer.from_pretrained(tmp_path, local_files_only=True)
    assert [loaded(prompt)["input_ids"] for prompt in PROMPTS] == [tokenizer.encode(prompt).ids for prompt in PROMPTS]
    assert (loaded.mask_token, loaded.mask_token_id, loaded.model_max_length) == ("[MASK]", 4, 32)
    assert ("token_type_ids" in loaded("a")) == (family != "distilbert")
