"""An entry of a file -> the answers it gives, or the sentence that says why it is not taken over.

Nothing is mended on the way: a list with one impossible score is refused whole, since somebody else's mistake in one line says
nothing good about the others.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from storage.formats.entries import Entry, EntryProblem, Line
from storage.records import UNKNOWN_HASH, UNKNOWN_TOKEN, Answer, Candidate, Checkpoint, Expectation, Prediction, Prompt
from storage.spelling import Unspellable, printable, short, spell_prompt, spell_said_word, spell_word, unprintable

HUB_IDS = {
    "google-bert/bert-base-uncased": "bert-base-uncased",
    "distilbert/distilbert-base-uncased": "distilbert-base-uncased",
    "albert/albert-base-v2": "albert-base-v2",
}
"""Names on the hub of the checkpoints that the catalogue knows by a shorter one; a test compares them with the catalogue."""

FAMILIES = ("bert", "distilbert", "albert")
UNKNOWN_FAMILY = "unknown"

MAX_NAME = 200
"""Characters of a checkpoint's name, a label or an author."""
MAX_PIECE = 200
"""Characters of a piece; the longest of the three vocabularies has 18."""
ROUNDING = 0.005
"""How far a published score may lie from the true one: half a per cent, for scores given with two decimals."""

_NUMBER = re.compile(r"\s*[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\s*", re.ASCII)
"""What a score is written as. Python alone would read 1_0 and the digits of every script."""
_CONTROL_PIECE = re.compile(r"\[(?:UNK|CLS|SEP|PAD|MASK|unused\d+)\]|</?(?:s|unk|pad|mask)>")
_WORD_MARKS = ("▁", "Ġ")


def read_checkpoint(name: str | None, revision: str) -> Checkpoint:
    """The checkpoint of an entry: known by its name and by where its answers come from, and by nothing else."""
    name = (name or "").strip()
    if not name:
        raise EntryProblem("It names no checkpoint. Say which one answered with --checkpoint.")
    if len(name) > MAX_NAME or unprintable(name) is not None or "\n" in name:
        raise EntryProblem(f"The checkpoint's name {short(name)} is no name.")
    name = HUB_IDS.get(name, name)
    first = re.split(r"[-_]", name.rsplit("/", 1)[-1].lower())[0]
    return Checkpoint(
        name=name,
        family=first if first in FAMILIES else UNKNOWN_FAMILY,
        source="import",
        revision=revision,
        weights_sha256=UNKNOWN_HASH,
        tokenizer_sha256=UNKNOWN_HASH,
        parameters=0,
        vocabulary_size=0,
    )


def read_answers(entry: Entry, checkpoint: Checkpoint) -> list[Answer]:
    """The answers of an entry, one for each mask that it lists words for. Raises EntryProblem."""
    try:
        prompt = spell_prompt(entry.prompt or "")
    except Unspellable as problem:
        raise EntryProblem(str(problem)) from problem
    masks = prompt.mask_count
    if not entry.chosen_masks and len(entry.lists) != masks:
        raise EntryProblem(f"The prompt has {masks} masks and there are lists for {len(entry.lists)}: it takes one for each.")
    if beyond := [mask for mask in (*entry.lists, *entry.expected) if mask >= masks]:
        raise EntryProblem(f"It speaks of mask {beyond[0]}, and the prompt has {masks}, counted from 0.")
    if entry.scored and masks > 1:
        raise EntryProblem("It has target_probs for a prompt of several masks: of which one they are cannot be told.")
    candidates = tuple(_candidate(word, score) for word, score in entry.scored.items())
    return [
        Answer(prompt, mask, checkpoint, read_predictions(lines, checkpoint.family), candidates=candidates)
        for mask, lines in sorted(entry.lists.items())
    ]


def read_expectations(entry: Entry, prompt: Prompt) -> list[Expectation]:
    """The words that the file holds to be right. Raises EntryProblem."""
    return [Expectation(prompt, mask, _word(word, "expected word")) for mask, words in entry.expected.items() for word in words]


def read_predictions(lines: Sequence[Line], family: str) -> tuple[Prediction, ...]:
    """One ranked list, the best first. Raises EntryProblem for anything that no checkpoint can have said."""
    ranked = _ranked(lines)
    scores = [_probability(line.score, f"the score of rank {rank}", line.where) for rank, line in enumerate(ranked, start=1)]
    _check_scores(scores, ranked)
    predictions = []
    seen: dict[object, int] = {}
    for rank, (line, score) in enumerate(zip(ranked, scores, strict=True), start=1):
        token = _token(line)
        piece, word, starts_word = _piece(line, token)
        # Two pieces of ALBERT's vocabulary decode to one text; in the others a text stands for one piece.
        mark: object = token if token != UNKNOWN_TOKEN else (rank if family == "albert" else piece)
        if mark in seen:
            raise EntryProblem(f"{_at(line)}the piece {short(piece)} of rank {rank} is already at rank {seen[mark]}.")
        seen[mark] = rank
        # A score of 0 was rounded to 0, or has underflown: no piece has none. How small it was is not known.
        predictions.append(Prediction(rank, token, piece, word, starts_word, math.log(score) if score else None))
    return tuple(predictions)


def _ranked(lines: Sequence[Line]) -> list[Line]:
    if not lines:
        raise EntryProblem("It lists no words.")
    if all(line.rank is None for line in lines):
        return list(lines)
    by_rank: dict[int, Line] = {}
    for line in lines:
        rank = _whole_number(line.rank)
        if rank is None or rank < 1:
            raise EntryProblem(f"{_at(line)}the rank {_shown(line.rank)} is no whole number from 1.")
        if rank in by_rank:
            raise EntryProblem(f"{_at(line)}rank {rank} is there twice.")
        by_rank[rank] = line
    for rank in range(1, len(by_rank) + 1):
        if rank not in by_rank:
            raise EntryProblem(f"Rank {rank} is missing: there are {len(by_rank)} lines, up to rank {max(by_rank)}.")
    return [by_rank[rank] for rank in sorted(by_rank)]


def _check_scores(scores: Sequence[float | None], lines: Sequence[Line]) -> None:
    known = [(score, rank) for rank, score in enumerate(scores, start=1) if score is not None]
    for (above, _), (score, rank) in pairwise(known):
        if score > above:
            raise EntryProblem(f"{_at(lines[rank - 1])}rank {rank} has a higher score than a rank before it.")
    total = math.fsum(score for score, _ in known)
    if total > 1 + ROUNDING * len(known):
        raise EntryProblem(f"The scores add up to {total:.4g}; probabilities add up to 1 at most.")


def _probability(value: object, what: str, where: str = "") -> float | None:
    """A probability; None where there is none. Raises EntryProblem."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    place = f"in {where} " if where else ""
    try:
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise ValueError
        if isinstance(value, str) and _NUMBER.fullmatch(value) is None and value.strip().lower() not in ("nan", "inf", "-inf"):
            raise ValueError
        number = float(value)
    except (ValueError, OverflowError):
        raise EntryProblem(_sentence(f"{place}{what} is {_shown(value)}, which is no number.")) from None
    # In single precision a softmax may give 1.0000001.
    if math.isnan(number) or not 0 <= number <= 1 + 1e-6:
        raise EntryProblem(_sentence(f"{place}{what} is {_shown(value)}; a probability lies between 0 and 1."))
    return min(number, 1.0)


def _token(line: Line) -> int:
    if line.token is None or (isinstance(line.token, str) and not line.token.strip()):
        return UNKNOWN_TOKEN
    token = _whole_number(line.token)
    # Our own exports write an unknown id as -1.
    if token is None or token < UNKNOWN_TOKEN or token >= 2**31:
        raise EntryProblem(f"{_at(line)}the token id {_shown(line.token)} is no whole number from 0.")
    return token


def _piece(line: Line, token: int) -> tuple[str, str, bool]:
    """Piece, word, and whether it starts one, as far as the text of a piece can tell.

    `##ing` goes on with a word; `▁cat` and `Ġcat` start one, and so does a piece without a mark: a list that was printed has
    often lost ALBERT's mark, and no continuation of BERT's lacks its own. The piece is kept as it was given; the word is put in
    Unicode NFC and loses what cannot be seen, so that two words that look the same are the same.
    """
    text = line.text
    if not isinstance(text, str) or (not spell_said_word(text) and token == UNKNOWN_TOKEN):
        raise EntryProblem(_sentence(f"{_at(line)}a word is missing."))
    if (problem := unprintable(text)) is not None:
        raise EntryProblem(f"{_at(line)}a word {problem}")
    if len(text) > MAX_PIECE:
        raise EntryProblem(f"{_at(line)}the word {short(text)} has {len(text):,} characters; no vocabulary has such a piece.")
    piece, word = text.strip(), spell_said_word(text)
    if not word:
        return piece or f"[token {token}]", f"[token {token}]", False
    if word.startswith("##") and len(word) > 2:
        return piece, word, False
    if word.startswith(_WORD_MARKS):
        return (piece, word[1:].lstrip(), True) if word[1:].strip() else (piece, word, False)
    return piece, word, _CONTROL_PIECE.fullmatch(word) is None


def _candidate(word: str, score: object) -> Candidate:
    probability = _probability(score, f"the probability of {short(word)}")
    word = _word(word, "word with a probability")
    # It was scored at one mask, so it was one piece.
    return Candidate(word, (word,), True, math.log(probability) if probability else None, None, None)


def _word(text: str, what: str) -> str:
    try:
        return spell_word(text, what)
    except Unspellable as problem:
        raise EntryProblem(str(problem)) from problem


def _whole_number(value: object) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and re.fullmatch(r"\s*-?[0-9]{1,12}\s*", value):
        return int(value)
    return None


def _at(line: Line) -> str:
    return f"In {line.where} " if line.where else ""


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _shown(value: object) -> str:
    text = printable(value if isinstance(value, str) else repr(value))
    return f"{text[:40]}..." if len(text) > 40 else text


def origins(entries: Mapping[int, Mapping[str, str]]) -> list[dict[str, object]]:
    """Where the entries were published: each place once, with the numbers of its entries."""
    places: dict[tuple[tuple[str, str], ...], list[int]] = {}
    for number, origin in entries.items():
        if origin:
            places.setdefault(tuple(sorted(origin.items())), []).append(number)
    return [dict(place) | {"entries": numbers} for place, numbers in places.items()]
