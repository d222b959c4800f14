"""Pieces become words by probing the tokenizer; on the real vocabularies the counts are held."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers

from pipelines.vocabulary import WordMapError, read_tokenizer, read_words
from pipelines.words import PieceKind, WordMap, share_words


def word_piece() -> WordMap:
    pieces = ["[PAD]", "[UNK]", "[MASK]", "[unused0]", "the", "cat", "a", "##s", "##.", ".", "naive", "&"]
    tokenizer = Tokenizer(models.WordPiece({piece: i for i, piece in enumerate(pieces)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece(cleanup=True)
    tokenizer.add_special_tokens(["[PAD]", "[UNK]", "[MASK]"])
    return read_words(tokenizer, "[MASK]")


def unigram() -> WordMap:
    pieces = ["<unk>", "[MASK]", "▁", "▁the", "▁cat", "cat", "▁a", "s", "▁.", ".", "▁naive", "é"]
    tokenizer = Tokenizer(models.Unigram([(piece, -float(i)) for i, piece in enumerate(pieces)], unk_id=0))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKD(), normalizers.StripAccents(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.add_special_tokens(["<unk>", "[MASK]"])
    return read_words(tokenizer, "[MASK]")


def byte_level() -> WordMap:
    pieces = ["<mask>", "the", "Ġthe", "Ġcat", "cat", "Ġa", "a", "s", ".", "Ã", "Ġ."]
    tokenizer = Tokenizer(models.BPE({piece: i for i, piece in enumerate(pieces)}, [], ignore_merges=True))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(["<mask>"])
    return read_words(tokenizer, "<mask>")


KINDS = [
    ("WordPiece word", word_piece, "cat", "cat", PieceKind.WORD),
    ("WordPiece continuation", word_piece, "##s", "##s", PieceKind.CONTINUATION),
    ("WordPiece sign", word_piece, ".", ".", PieceKind.WORD),
    ("WordPiece glued sign", word_piece, "##.", ".", PieceKind.PUNCTUATION),
    ("WordPiece placeholder", word_piece, "[unused0]", "[unused0]", PieceKind.SPECIAL),
    ("Unigram word", unigram, "▁cat", "cat", PieceKind.WORD),
    ("Unigram inside", unigram, "cat", "##cat", PieceKind.CONTINUATION),
    ("Unigram sign", unigram, ".", ".", PieceKind.PUNCTUATION),
    ("Unigram marked sign", unigram, "▁.", ".", PieceKind.WORD),
    ("Unigram lone mark", unigram, "▁", "▁", PieceKind.SPACE),
    ("byte-level word", byte_level, "Ġcat", "cat", PieceKind.WORD),
    ("byte-level inside", byte_level, "cat", "##cat", PieceKind.CONTINUATION),
    ("byte-level part of a character", byte_level, "Ã", "##Ã", PieceKind.CONTINUATION),
    ("byte-level mask", byte_level, "<mask>", "<mask>", PieceKind.SPECIAL),
]


@pytest.mark.parametrize(("make", "piece", "form", "kind"), [row[1:] for row in KINDS], ids=[row[0] for row in KINDS])
def test_what_a_piece_stands_for(make: Callable[[], WordMap], piece: str, form: str, kind: PieceKind) -> None:
    words = make()
    i = words.pieces.index(piece)
    assert (words.forms[i], words.kinds[i]) == (form, kind)


def test_a_candidate_is_a_whole_word_and_never_a_part_of_one() -> None:
    words = unigram()
    assert [words.pieces[i] for i in words.word_ids("cat")] == ["▁cat"]
    assert words.pipeline_target("cat") == "cat"
    assert [word_piece().pieces[i] for i in word_piece().word_ids("cat")] == ["cat"]


def test_several_pieces_may_be_one_word() -> None:
    words = unigram()
    assert [words.pieces[i] for i in words.word_ids(".")] == ["▁.", "."]


def test_case_and_accents_fold_as_the_tokenizer_folds_them() -> None:
    assert word_piece().word_ids("Naïve") == word_piece().word_ids("naive") != ()
    assert unigram().word_ids("NAÏVE") == unigram().word_ids("naive") != ()
    assert byte_level().word_ids("Cat") == ()


def test_a_word_of_several_pieces_and_one_that_cannot_be_said() -> None:
    words = word_piece()
    assert [words.pieces[i] for i in words.word_pieces("cats")] == ["cat", "##s"]
    assert words.word_pieces("\U0001f600") == ()


def test_a_prompt_is_cut_as_the_tokenizer_cuts_it() -> None:
    cut = word_piece().cut("The cats \U0001f600 [MASK].")
    assert [piece.text for piece in cut] == ["the", "cat", "##s", "[UNK]", "[MASK]", "."]
    assert [piece.known for piece in cut] == [True, True, True, False, True, True]


def test_shared_words_add_up_the_pieces_of_a_word_and_keep_the_rest() -> None:
    a, b = word_piece(), unigram()
    shared = share_words(a, b)
    assert list(shared.number) == [".", "a", "cat", "naive", "the"]
    uniform = [[1 / len(b.pieces)] * len(b.pieces)]
    on_shared = shared.project(1, np.array(uniform))
    assert on_shared.sum() == pytest.approx(1)
    assert on_shared[0, shared.number["."]] == pytest.approx(2 / len(b.pieces))
    assert on_shared[0, -1] == pytest.approx(6 / len(b.pieces))


def test_a_vocabulary_without_words_is_refused() -> None:
    tokenizer = Tokenizer(models.WordPiece({"[UNK]": 0, "##x": 1}, unk_token="[UNK]"))
    with pytest.raises(WordMapError, match="cuts even the shortest"):
        read_words(tokenizer, "[MASK]")


def test_a_folder_without_tokenizer_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WordMapError, match="cannot be read"):
        read_tokenizer(tmp_path)


def test_a_tokenizer_without_mask_is_refused(tmp_path: Path) -> None:
    tokenizer = Tokenizer(models.WordPiece({"[UNK]": 0, "the": 1}, unk_token="[UNK]"))
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    with pytest.raises(WordMapError, match="names no mask"):
        read_tokenizer(tmp_path)
    (tmp_path / "tokenizer_config.json").write_text(json.dumps({"mask_token": {"content": "[MASK]"}}))
    assert read_tokenizer(tmp_path).mask_token == "[MASK]"


def test_the_counts_of_the_real_vocabularies(shared_data: Path) -> None:
    bert = read_tokenizer(shared_data / "tokenizers" / "bert-base-uncased")
    albert = read_tokenizer(shared_data / "tokenizers" / "albert-base-v2")
    assert bert.count(PieceKind.WORD) == 23_695
    assert albert.count(PieceKind.WORD) == 22_307
    forms = [
        {form for form, kind in zip(words.forms, words.kinds, strict=True) if kind is PieceKind.WORD}
        for words in (bert, albert)
    ]
    shared = forms[0] & forms[1]
    assert len(shared) == 19_037
    assert len(shared) / len(forms[0]) == pytest.approx(0.80, abs=0.005)
    assert len(shared) / len(forms[1]) == pytest.approx(0.85, abs=0.005)
    assert len(shared) / len(forms[0] | forms[1]) == pytest.approx(0.706, abs=0.0005)
    # Beside the words, 17 signs that ALBERT writes without a word mark: "." and "," among them.
    assert len(share_words(bert, albert).number) == 19_037 + 17


@pytest.mark.parametrize("word", ["he", "she", "paris", "king"])
def test_the_candidate_trap_of_albert(shared_data: Path, word: str) -> None:
    albert = read_tokenizer(shared_data / "tokenizers" / "albert-base-v2")
    assert [albert.pieces[i] for i in albert.word_ids(word)] == [f"▁{word}"]
    assert albert.pipeline_target(word) == word  # the word-internal piece: another question than the one asked
    bert = read_tokenizer(shared_data / "tokenizers" / "bert-base-uncased")
    assert [bert.pieces[i] for i in bert.word_ids(word)] == [word] == [bert.pipeline_target(word)]
