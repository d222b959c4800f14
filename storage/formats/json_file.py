"""Answers in JSON or JSONL: published collections, and what the fill-mask pipeline of transformers returns."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from storage.errors import StorageError
from storage.formats.entries import Entry, EntryProblem, Given, Line, Spoiled
from storage.formats.sequences import holds_a_mask, rebuild

_MODEL = ("model", "checkpoint")
_PROMPT = ("prompt", "text", "inputs")
_LISTS = ("predictions", "top_k")
_PIECE = ("token_str", "word")
_ORIGIN = ("source_url", "grade", "score_precision", "dataset", "note")
_SHOWN = 300
"""Characters of a spoiled entry that are kept."""

_KNOWN_FORMS = (
    "It may hold what a fill-mask pipeline of transformers returns, objects with model, prompt and predictions (or top_k), "
    'or {"entries": [...]} of such objects.'
)


def read_json(text: str, name: str, prompt: str | None = None) -> Given:
    """A JSON document, or one document on each line. `prompt` is what the person says was asked where the file does not.

    Raises StorageError where it is neither, or holds nothing that could be an answer.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        if len(text.splitlines()) < 2:
            raise StorageError(f"The file {name} is no JSON: {error}.", key="file", value=name) from error
        return _read_lines(text, name, prompt)
    entries: list[Entry] = []
    spoiled: list[Spoiled] = []
    for number, item in enumerate(_items(document, name, prompt), start=1):
        _collect(number, item, prompt, entries, spoiled)
    return Given("json", "entry", tuple(entries), tuple(spoiled))


def _read_lines(text: str, name: str, prompt: str | None) -> Given:
    entries: list[Entry] = []
    spoiled: list[Spoiled] = []
    readable = 0
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            item = json.loads(line)
        except (ValueError, RecursionError) as error:
            spoiled.append(Spoiled(number, line[:_SHOWN], f"This is no JSON: {error}."))
            continue
        readable += 1
        _collect(number, item, prompt, entries, spoiled)
    if not readable:
        raise StorageError(
            f"The file {name} is neither JSON nor JSONL: {spoiled[0].problem}", key="file", value=name, remedy=_KNOWN_FORMS
        )
    return Given("jsonl", "line", tuple(entries), tuple(spoiled))


def _items(document: object, name: str, prompt: str | None) -> list[object]:
    """The entries of a document; a pipeline's answer to several prompts has one for each."""
    items: list[object]
    if isinstance(document, dict) and isinstance(document.get("entries"), list):
        items = document["entries"]
    elif isinstance(document, dict) and any(isinstance(document.get(key), list) for key in _LISTS):
        items = [document]
    elif isinstance(document, list) and document and isinstance(document[0], dict) and not _is_prediction(document[0]):
        items = document
    elif isinstance(document, list) and document and isinstance(document[0], dict | list):
        try:
            items = list(_answers(document, prompt))
        except EntryProblem:
            items = [document]
    else:
        items = []
    if not items:
        raise StorageError(f"The file {name} holds no answers.", key="file", value=name, remedy=_KNOWN_FORMS)
    return items


def _collect(number: int, item: object, prompt: str | None, entries: list[Entry], spoiled: list[Spoiled]) -> None:
    try:
        entries += _entries(number, item, prompt)
    except EntryProblem as problem:
        text = _text(item, _PROMPT) if isinstance(item, dict) else None
        spoiled.append(Spoiled(number, text or json.dumps(item, ensure_ascii=False)[:_SHOWN], str(problem)))


def _entries(number: int, item: object, prompt: str | None) -> Iterator[Entry]:
    if isinstance(item, list):
        for lists in _answers(item, prompt):
            yield _entry(number, None, prompt, lists)
    elif isinstance(item, dict):
        predictions = next((item[key] for key in _LISTS if isinstance(item.get(key), list)), None)
        if predictions is None:
            raise EntryProblem("It has no list under predictions or top_k.")
        asked = _text(item, _PROMPT) or prompt
        answers = list(_answers(predictions, asked))
        if len(answers) > 1:
            raise EntryProblem("Its predictions answer several prompts. Give each prompt an entry of its own.")
        yield _entry(number, _text(item, _MODEL), asked, answers[0], item)
    else:
        raise EntryProblem("It is neither an object nor a list.")


def _entry(
    number: int,
    checkpoint: str | None,
    prompt: str | None,
    lists: Sequence[Sequence[Mapping[str, Any]]],
    item: Mapping[str, Any] | None = None,
) -> Entry:
    item = item or {}
    if prompt is None:
        prompt = rebuild(
            [[(str(_first(line, _PIECE) or ""), str(line.get("sequence", ""))) for line in each] for each in lists]
        )
    if prompt is None:
        raise EntryProblem("Its prompt is not named and cannot be told from its sequences. Say it with --prompt.")
    return Entry(
        number,
        checkpoint,
        prompt,
        {
            mask: tuple(
                Line(_first(line, _PIECE), line.get("score"), _first(line, ("token", "token_id")), line.get("rank"))
                for line in each
            )
            for mask, each in enumerate(lists)
        },
        expected=read_expected(item.get("expected")),
        scored=_scored(item.get("target_probs")),
        origin={key: item[key] for key in _ORIGIN if isinstance(item.get(key), str)},
    )


def _answers(value: list[Any], prompt: str | None) -> Iterator[list[list[dict[str, Any]]]]:
    """For each prompt that a pipeline answered, its lists: one for each mask.

    A list of lists is what the pipeline returns for several masks of one prompt and for several prompts of one mask. Only in
    the first case do the filled sentences hold further masks.
    """
    if _all(value, _is_prediction):
        yield [value]
    elif _all(value, lambda each: isinstance(each, list) and _all(each, _is_prediction)):
        one_prompt = prompt is not None or any(holds_a_mask(str(line.get("sequence", ""))) for line in value[0])
        yield from [value] if one_prompt else ([each] for each in value)
    elif _all(value, lambda each: isinstance(each, list) and bool(each)):
        for each in value:
            yield from _answers(each, prompt)
    else:
        raise EntryProblem("Its predictions are no lists of objects with token_str and score, or one of them is empty.")


def _is_prediction(value: object) -> bool:
    return isinstance(value, dict) and any(key in value for key in _PIECE)


def _all(value: list[Any], holds: Callable[[Any], bool]) -> bool:
    return bool(value) and all(holds(each) for each in value)


def _first(line: Mapping[str, Any], keys: Sequence[str]) -> object:
    return next((line[key] for key in keys if key in line), None)


def _text(item: Mapping[str, Any], keys: Sequence[str]) -> str | None:
    return next((item[key] for key in keys if isinstance(item.get(key), str)), None)


def _scored(value: object) -> Mapping[str, object]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise EntryProblem("Its target_probs are no object of words and probabilities.")
    return value


def read_expected(value: object) -> Mapping[int, tuple[str, ...]]:
    """Expected words by mask: a text with alternatives apart by | and masks by ;, a list of words, or a list for each mask."""
    if value is None or value == "":
        return {}
    if isinstance(value, str):
        parts = [[word.strip() for word in part.split("|") if word.strip()] for part in value.split(";")]
    elif isinstance(value, list) and all(isinstance(word, str) for word in value):
        parts = [value]
    elif isinstance(value, list) and all(
        isinstance(part, list) and all(isinstance(word, str) for word in part) for part in value
    ):
        parts = value
    else:
        raise EntryProblem("Its expected words are neither a text nor a list of words.")
    return {mask: tuple(words) for mask, words in enumerate(parts) if words}
