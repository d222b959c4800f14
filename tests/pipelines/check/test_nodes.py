"""YAML is read as it is written: nothing is guessed, nothing is constructed, and every slip has its line."""

from __future__ import annotations

import time

import pytest

from pipelines.check.nodes import Fields, Listing, Scalar, read_yaml
from pipelines.check.problems import SuiteProblem


def test_every_value_is_the_text_that_was_written() -> None:
    text = "a: no\nb: 1984\nc: 1e3\nd: null\ne: 2026-01-01\nf: 'x'\ng:\nh: |\n  two\n  lines\n"
    read = read_yaml(text)
    assert isinstance(read, Fields)
    values = {key: each.text for key, each in read.values.items() if isinstance(each, Scalar)}
    assert values == {
        "a": "no", "b": "1984", "c": "1e3", "d": "null", "e": "2026-01-01", "f": "x", "g": "", "h": "two\nlines\n",
    }  # fmt: skip


def test_every_value_and_key_knows_its_line() -> None:
    read = read_yaml("# a remark\na:\n  - x\n  - {b: y,\n     c: z}\n")
    assert read == Fields(
        2,
        {"a": Listing(3, (Scalar(3, "x"), Fields(4, {"b": Scalar(4, "y"), "c": Scalar(5, "z")}, {"b": 4, "c": 5})))},
        {"a": 2},
    )


def test_an_empty_text_is_nothing() -> None:
    assert read_yaml("") is None
    assert read_yaml("# only a remark\n") is None


BILLION_LAUGHS = "a0: &a0 [ha, ha]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12))

BAD = [
    ("mask as a list", "cases:\n  - prompt: [MASK] is a city.\n", 2, "in quotes"),
    ("mask in a flow", "a: {prompt: The capital is [MASK]., expected: x}", 1, "in quotes"),
    ("colon in a text", "a: b\nc: He said: [MASK].", 2, "in quotes"),
    ("tab", "cases:\n\t- a: b", 2, "not with tabs"),
    ("open quote", "a: b\nc: 'no end\nd: e\n", 2, "in quotes"),
    ("star", "a: *cough* said [MASK].", 1, "in quotes"),
    ("anchor", "a: b\nc: &x d", 2, "Anchors and aliases (&x)"),
    ("alias", "a: b\nc: *x", 2, "Anchors and aliases (*x)"),
    ("merge", "a: &x {b: c}\nd:\n  <<: *x", 1, "Write it out"),
    ("tag", "a: !!python/object/apply:os.system [ls]", 1, "Tags (tag:yaml.org,2002:python/object"),
    ("exclamation mark", "a: !wow it is", 1, "begins with !"),
    ("two keys", "a: b\nc: d\na: e", 3, 'The key "a" stands twice, first on line 1'),
    ("list as a key", "? [a]\n: b", 1, "A key is a list"),
    ("two documents", "a: b\n---\nc: d", 2, "join them"),
    ("too deep", "[" * 12, 1, "nested over 8 deep here"),
    ("far too deep", "[" * 200_000, 1, "nested"),
    ("billion laughs", BILLION_LAUGHS, 1, "Anchors and aliases"),
]


@pytest.mark.parametrize(("text", "line", "words"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_a_slip_is_a_sentence_with_its_line_within_a_second(text: str, line: int, words: str) -> None:
    started = time.process_time()
    with pytest.raises(SuiteProblem) as caught:
        read_yaml(text)
    assert time.process_time() - started < 1
    assert (caught.value.line, words in str(caught.value)) == (line, True), str(caught.value)


def test_a_long_suite_is_read_in_seconds() -> None:
    started = time.process_time()
    read = read_yaml("".join(f"- prompt: The capital {n} of France is [MASK].\n  expected: paris\n" for n in range(5_000)))
    assert isinstance(read, Listing)
    assert len(read.items) == 5_000
    assert time.process_time() - started < 3
