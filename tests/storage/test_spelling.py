"""The spelling of prompts and words is fast for ordinary text, and the same for every character there is."""

from __future__ import annotations

import sys
import unicodedata

from storage.spelling import FOLDS, unprintable


def test_exactly_control_characters_and_surrogates_are_refused() -> None:
    text = "".join(map(chr, range(sys.maxunicode + 1)))
    refused = {character for character in text if unicodedata.category(character) in ("Cc", "Cs")} - set("\t\n\r")
    left = "".join(character for character in text if character not in refused)
    assert unprintable(left) is None
    assert all(unprintable(f"a{character}") is not None for character in refused)


def test_ascii_is_never_folded() -> None:
    assert not any(chr(code).isascii() for code in FOLDS)
    text = "".join(map(chr, range(128)))
    assert unicodedata.normalize("NFC", text) == text
    assert all(
        unicodedata.category(character)[0] in "LNPS" for character in text if character.isprintable() and character != " "
    )
