"""The two vocabularies: WordPiece as in BERT, Unigram with its word mark as in ALBERT, each of the project's own text."""

import json
import math
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from string import punctuation
from typing import Any
from unicodedata import category

import numpy as np
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

WORDPIECE_SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
UNIGRAM_SPECIALS = ["<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"]
"""In both vocabularies ids 0 to 4 are padding, unknown, start, end and mask."""

ALPHABET = 120
"""Rarer characters get no piece: each would cost one (WordPiece: two, alone and after ##) of the few thousand."""

TOKENIZER_CLASSES = {"bert": "BertTokenizer", "distilbert": "DistilBertTokenizer", "albert": "PreTrainedTokenizerFast"}
"""``AlbertTokenizer`` builds its own word splitter around the pieces, which cuts "[MASK]." unlike ``tokenizer.json`` does."""

PAD, UNKNOWN, START, END, MASK = range(5)


def learn_wordpiece(sentences: Iterable[str], size: int) -> Tokenizer:
    """Learn a lower-case WordPiece vocabulary with BERT's normaliser and word splitter (Devlin et al. 2019, section 3).

    Args:
        sentences: the training text.
        size: pieces, the five special ones included.
    """
    learner = Tokenizer(models.WordPiece(unk_token="[UNK]"))  # noqa: S106 (a piece)
    learner.normalizer = normalizers.BertNormalizer(lowercase=True)
    learner.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    texts, letters = _in_common_letters(sentences, learner.normalizer)
    # The trainer numbers continuing letters in the order of a hash map, and that order decides between equally frequent
    # pieces: the same text gave other vocabularies. Named beforehand they are numbered alike every time.
    inner = [f"##{letter}" for letter in letters if not category(letter).startswith(("P", "Z")) and letter not in punctuation]
    trainer = trainers.WordPieceTrainer(vocab_size=size, special_tokens=[*WORDPIECE_SPECIALS, *inner], show_progress=False)
    learner.train_from_iterator(texts, trainer)
    tokenizer = Tokenizer(models.WordPiece(learner.get_vocab(), unk_token="[UNK]", max_input_chars_per_word=100))  # noqa: S106
    tokenizer.normalizer = learner.normalizer
    tokenizer.pre_tokenizer = learner.pre_tokenizer
    tokenizer.decoder = decoders.WordPiece(prefix="##", cleanup=True)
    return _with_specials(tokenizer, WORDPIECE_SPECIALS)


def learn_unigram(sentences: Iterable[str], size: int) -> Tokenizer:
    """Learn a lower-case Unigram vocabulary with the word mark, as ALBERT's (Lan et al. 2020).

    Candidates are half as many pieces again as wanted, found by merging frequent pairs (Sennrich et al. 2016). The Unigram
    model (Kudo 2018) then cuts the text into its most probable pieces, those it uses least are dropped, and it cuts again.

    Args:
        sentences: the training text.
        size: pieces, the five special ones included.
    """
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace("``", '"'),
            normalizers.Replace("''", '"'),
            normalizers.Nmt(),
            normalizers.NFKD(),
            normalizers.StripAccents(),
            normalizers.Lowercase(),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    # "first": the full stop of "the [MASK]." stays a full stop and gets no word mark of its own.
    words = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="first", split=True)
    # While learning, marks and numbers are cut off, so that no piece is "london," or "in1914" (SentencePiece does the same).
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [words, pre_tokenizers.Split(Regex(r"▁?[^\p{L}\p{N}▁]|▁?\p{N}+"), "isolated")]
    )
    texts, letters = _in_common_letters(sentences, tokenizer.normalizer)
    # The package's own Unigram trainer was left aside: its 8,192 pieces of this corpus lacked "they", "been" and 708 more of
    # the 2,000 most frequent words, where WordPiece lacks 82.
    trainer = trainers.BpeTrainer(vocab_size=size + size // 2, max_token_length=16, show_progress=False)
    tokenizer.train_from_iterator(texts, trainer)
    used = _uses(tokenizer, texts)
    for wanted in (len(used), size - len(UNIGRAM_SPECIALS), size - len(UNIGRAM_SPECIALS)):
        needed = {letter: used.get(letter, 0) for letter in ("▁", *letters) if letter != " "}
        others = sorted((item for item in used.items() if item[0] not in needed), key=_best_first)
        kept = sorted([*needed.items(), *others[: wanted - len(needed)]], key=_best_first)
        total = sum(count + 1 for _, count in kept)
        scored = [(piece, round(math.log((count + 1) / total), 6)) for piece, count in kept]
        tokenizer.model = models.Unigram([(piece, 0.0) for piece in UNIGRAM_SPECIALS] + scored, unk_id=UNKNOWN)
        used = _uses(tokenizer, texts)
    tokenizer.pre_tokenizer = words
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="first", split=True)
    return _with_specials(tokenizer, UNIGRAM_SPECIALS)


def save_tokenizer(tokenizer: Tokenizer, family: str, positions: int, folder: Path) -> None:
    """Write ``tokenizer.json`` and ``tokenizer_config.json`` so that ``AutoTokenizer`` loads the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    specials = UNIGRAM_SPECIALS if family == "albert" else WORDPIECE_SPECIALS
    names = ["pad_token", "unk_token", "cls_token", "sep_token", "mask_token"]
    inputs = ["input_ids", "attention_mask"] if family == "distilbert" else ["input_ids", "token_type_ids", "attention_mask"]
    settings: dict[str, Any] = {
        "tokenizer_class": TOKENIZER_CLASSES[family],
        "do_lower_case": True,
        "model_max_length": positions,
        "model_input_names": inputs,
        "clean_up_tokenization_spaces": family != "albert",
        **dict(zip(names, specials, strict=True)),
    }
    if family == "albert":
        settings["mask_token"] = {"__type": "AddedToken", "content": "[MASK]", "lstrip": True, "rstrip": False,
                                  "single_word": False, "normalized": False, "special": True}  # fmt: skip
    text = json.dumps(settings, indent=2, ensure_ascii=False)
    (folder / "tokenizer_config.json").write_text(text + "\n", encoding="utf-8")


def _in_common_letters(sentences: Iterable[str], normalizer: normalizers.Normalizer) -> tuple[list[str], list[str]]:
    """Normalise the sentences and drop those with a rare character; also return the common characters, sorted."""
    texts = [normalizer.normalize_str(sentence) for sentence in sentences]
    counts = Counter[str]()
    for text in texts:
        counts.update(text)
    common = {letter for letter, _ in sorted(counts.items(), key=_best_first)[:ALPHABET]}
    return [text for text in texts if common.issuperset(text)], sorted(common)


def _uses(tokenizer: Tokenizer, texts: list[str]) -> dict[str, int]:
    """Count how often the tokenizer uses each piece on normalised texts; special pieces are not counted."""
    uses = np.zeros(tokenizer.get_vocab_size(), dtype=np.int64)
    for first in range(0, len(texts), 50_000):
        encodings = tokenizer.encode_batch_fast(texts[first : first + 50_000], add_special_tokens=False)
        ids = [np.array(encoding.ids, dtype=np.int64) for encoding in encodings]
        uses += np.bincount(np.concatenate(ids), minlength=len(uses))
    return {piece: int(uses[i]) for piece, i in tokenizer.get_vocab().items() if piece not in UNIGRAM_SPECIALS}


def _best_first(item: tuple[str, float]) -> tuple[float, str]:
    """Order by falling score, and alike scores by the alphabet."""
    return -item[1], item[0]


def _with_specials(tokenizer: Tokenizer, specials: list[str]) -> Tokenizer:
    # The Unigram mask swallows the space before it, or "the [MASK]" would hold a lone word mark; the real ALBERT's does too.
    swallows = specials is UNIGRAM_SPECIALS
    tokenizer.add_special_tokens(
        [AddedToken(piece, special=True, normalized=False, lstrip=swallows and piece == "[MASK]") for piece in specials]
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS]:0 $A:0 [SEP]:0",
        pair="[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1",
        special_tokens=[("[CLS]", START), ("[SEP]", END)],
    )
    return tokenizer
