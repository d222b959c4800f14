"""Text that a person or a file gave -> a `Prompt` or a word as it is stored, or a sentence that says what to mend.

Nothing is cut and nothing is guessed: a text is either kept as it stands (after the folds named here) or refused. What is asked
(`pipelines.prompts`) and what is imported (`storage.importer`) is spelled by the same rules, so that it is the same prompt.
"""

from __future__ import annotations

import re
import unicodedata

from storage.errors import StorageError
from storage.records import MASK, Prompt

MAX_MASKS = 10
"""More blanks than words to read them by is no cloze any more."""

MAX_CHARACTERS = 20_000
"""Ten times what 512 pieces can hold; the engine counts pieces exactly, this keeps a pasted book out of the tokenizer."""

MAX_WORD_CHARACTERS = 50
"""The longest words of English dictionaries have 45 letters."""

MASK_SPELLINGS = re.compile(r"\[mask\]|<mask>|_{3,}", re.IGNORECASE)

# Byte order marks, soft hyphens, zero-width spaces and the marks that steer the direction of writing. Two texts that look the
# same are the same. The zero-width joiners stay, since they change letters and emoji.
INVISIBLE = str.maketrans(
    dict.fromkeys("\ufeff\u00ad\u200b\u2060\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069", "")
)

# Typographic marks that one vocabulary has and another lacks: BERT knows a curly quote, ALBERT maps it away. Folded for
# all alike, so that checkpoints are compared on the same text.
FOLDS = str.maketrans(
    {
        "\u2018": "'", "\u2019": "'", "\u201a": "'", "\u201b": "'", "\u2032": "'",
        "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u201f": '"', "\u2033": '"',
        "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2015": "-", "\u2212": "-",
        "\u2026": "...", "\u00a0": " ",
    }
    | INVISIBLE
)  # fmt: skip


_UNSEEN = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters but tab and the ends of lines, and surrogates: the categories Cc and Cs, which Unicode closed for good."""


class Unspellable(StorageError):
    """A text that is no prompt, or no word; the message says what to change."""


def spell_prompt(text: str, own_masks: tuple[str, ...] = ()) -> Prompt:
    """The prompt a text stands for.

    `[MASK]` in any case, `<mask>`, three or more underscores and the spellings in `own_masks` all mean the mask. Curly
    quotes, long dashes and the ellipsis become ASCII, invisible marks go, white space runs become one space, and the rest
    is put in Unicode NFC.

    >>> spell_prompt("The capital of France is ____.").text
    'The capital of France is [MASK].'

    Raises `Unspellable` for an empty text, no mask, more than `MAX_MASKS`, more than `MAX_CHARACTERS`, NUL or other
    control characters, and lone surrogates.
    """
    if not text.strip():
        raise Unspellable("The prompt is empty. Type a sentence with [MASK] where a word is missing.")
    if len(text) > MAX_CHARACTERS:
        raise Unspellable(
            f"The prompt has {len(text):,} characters; at most {MAX_CHARACTERS:,} can be asked. "
            "Keep the sentences around the mask."
        )
    if (problem := unprintable(text)) is not None:
        raise Unspellable(f"The prompt {problem}")
    for spelling in own_masks:
        text = text.replace(spelling, MASK)
    prompt = Prompt(spell_part(text))
    if prompt.mask_count == 0:
        raise Unspellable("The prompt has no mask. Write [MASK] (or ___) where the missing word belongs.")
    if prompt.mask_count > MAX_MASKS:
        raise Unspellable(
            f"The prompt has {prompt.mask_count} masks; at most {MAX_MASKS} can be asked at once. "
            "Fill some of them in, or split the text into several prompts."
        )
    return prompt


def spell_part(text: str) -> str:
    """A part of a prompt as prompts are spelled, to be looked for in them; nothing is refused.

    >>> spell_part("It\u2019s  ___")
    "It's [MASK]"
    """
    spelled = MASK_SPELLINGS.sub(MASK, text)
    if not spelled.isascii():  # nothing is folded or composed in ASCII, which most prompts are
        spelled = unicodedata.normalize("NFC", spelled.translate(FOLDS))
    return " ".join(spelled.split())


def spell_said_word(text: str) -> str:
    """A word that a checkpoint said elsewhere: in Unicode NFC and without invisible marks. Its other signs are its own."""
    return unicodedata.normalize("NFC", text.translate(INVISIBLE)).strip()


def spell_word(text: str, what: str = "candidate") -> str:
    """One word as a person meant it: outer white space gone, folded like a prompt. `what` is what the sentences call it.

    Raises `Unspellable` where it is empty, holds white space, a mask or control characters, or is longer than
    `MAX_WORD_CHARACTERS`. A word that no vocabulary holds is no error.
    """
    word = text.strip()
    if not word.isascii():
        word = unicodedata.normalize("NFC", word.translate(FOLDS))
    article = "An" if what[0] in "aeiou" else "A"
    if not word:
        raise Unspellable(f"{article} {what} is empty. Write one word for each {what}.")
    if (problem := unprintable(word)) is not None:
        raise Unspellable(f"{article} {what} {problem}")
    if word.split() != [word]:
        raise Unspellable(
            f"The {what} {short(word)} holds a space. A mask stands for one word: name one word, or put a second "
            "mask into the prompt."
        )
    if MASK_SPELLINGS.search(word):
        raise Unspellable(f"The {what} {short(word)} is a mask itself. Name the word to be scored.")
    if len(word) > MAX_WORD_CHARACTERS:
        raise Unspellable(
            f"The {what} {short(word)} has {len(word):,} characters; at most {MAX_WORD_CHARACTERS} are scored. Name one word."
        )
    if not (word.isascii() or any(unicodedata.category(character)[0] in "LNPS" for character in word)):
        raise Unspellable(f"The {what} {short(word)} holds no letter, digit or sign. Name a word.")
    return word


def printable(text: str) -> str:
    """The text with everything that UTF-8 or a terminal cannot carry written as an escape: to show or keep a refusal."""
    safe = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return "".join(c if c.isprintable() or c in "\n\t" else c.encode("unicode_escape").decode("ascii") for c in safe)


def unprintable(text: str) -> str | None:
    """What a text holds that no tokenizer should see, and the way out; None where it holds nothing of the kind."""
    if (found := _UNSEEN.search(text)) is None:
        return None
    character, position = found[0], found.start() + 1
    if unicodedata.category(character) == "Cs":
        return (
            f"holds half of a character (a lone surrogate, U+{ord(character):04X}) at position {position}. "
            "It was damaged when it was copied: type that place again."
        )
    return f"holds an invisible control character (U+{ord(character):04X}) at position {position}. Remove it."


def short(word: str) -> str:
    """A word in quotation marks, cut where it is long."""
    shown = printable(word)
    return f'"{shown[:40]}..."' if len(shown) > 40 else f'"{shown}"'
