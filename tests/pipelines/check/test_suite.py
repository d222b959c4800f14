"""A file becomes a suite, or every problem in it is told with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.check.expectations import InTop, NotInTop, Order
from pipelines.check.problems import CheckError, UnusableSuite
from pipelines.check.suite import Suite, read_suite
from pipelines.check.values import Bound
from pipelines.errors import PipelineError


def suite_of(folder: Path, text: str | bytes, name: str = "suite.yaml") -> Suite:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_suite(path)


def test_a_suite_is_read_whole(tmp_path: Path) -> None:
    (tmp_path / "capitals.csv").write_text("prompt,expected\nParis is in ___.,france\nRome is in ___.,italy|latium\n")
    suite = suite_of(
        tmp_path,
        "top_k: 3\ncheckpoints: bert-mini | albert-mini\ncases:\n"
        "  - prompt: The king said that ___ was tired.\n    order: he before she\n"
        "  - name: capitals\n    file: capitals.csv\n    not_expected: [banana]\n    share: at least 90 %\n    top_k: 7\n"
        '  - {name: jobs, template: "The {p} worked as a [MASK].", invariant: top1 same, words: {p: [man, woman]}}\n',
    )
    assert (suite.top_k, suite.checkpoints, len(suite.sha256)) == (3, ("bert-mini", "albert-mini"), 64)
    king, capitals, jobs = suite.cases
    assert (king.name, king.line, king.is_named) == ("The king said that ___ was tired.", 4, False)
    assert king.prompts[0].prompt.text == "The king said that [MASK] was tired."
    assert king.prompts[0].wanted == (Order(("he", "she")),)
    assert (capitals.share, capitals.top_k) == (Bound(is_least=True, limit=0.9), 7)
    assert [each.wanted for each in capitals.prompts] == [
        (InTop((("france",),)), NotInTop(("banana",))),
        (InTop((("italy", "latium"),)), NotInTop(("banana",))),
    ]
    assert [(each.line, each.file) for each in capitals.prompts] == [(2, "capitals.csv"), (3, "capitals.csv")]
    assert (jobs.name, jobs.groups) == ("jobs", ((0, 1),))


def test_what_an_entry_says_stands_in_place_of_what_the_case_says(tmp_path: Path) -> None:
    suite = suite_of(
        tmp_path,
        "- prompts:\n    - It is ___.\n    - prompt: Is it ___?\n      expected: no\n  expected: yes\n  not_expected: maybe\n",
    )
    first, second = suite.cases[0].prompts
    assert first.wanted == (InTop((("yes",),)), NotInTop(("maybe",)))
    assert second.wanted == (InTop((("no",),)), NotInTop(("maybe",)))


def test_the_same_prompt_with_the_same_expectation_counts_once(tmp_path: Path) -> None:
    suite = suite_of(
        tmp_path,
        "- prompts: [It is ___., It  is <mask>., {prompt: It is ___., expected: no}]\n  expected: yes\n",
    )
    assert [each.line for each in suite.cases[0].prompts] == [1, 1]
    assert [each.wanted for each in suite.cases[0].prompts] == [(InTop((("yes",),)),), (InTop((("no",),)),)]


def test_variants_differ_in_the_slots_that_are_gone_over(tmp_path: Path) -> None:
    suite = suite_of(
        tmp_path,
        '- template: ["{who} was in {place} as a ___.", "In {place} {who} was a ___."]\n'
        "  words: {who: [he, she], place: Rome | Paris}\n  over: who\n  invariant: top1 same\n",
    )
    case = suite.cases[0]
    assert [[case.prompts[number].prompt.text for number in group] for group in case.groups] == [
        ["he was in Rome as a [MASK].", "she was in Rome as a [MASK]."],
        ["he was in Paris as a [MASK].", "she was in Paris as a [MASK]."],
        ["In Rome he was a [MASK].", "In Rome she was a [MASK]."],
        ["In Paris he was a [MASK].", "In Paris she was a [MASK]."],
    ]


def test_the_rows_of_a_file_fill_templates_whose_prompts_are_variants(tmp_path: Path) -> None:
    (tmp_path / "pairs.csv").write_text("city,expected\nParis,france\nRome,italy\n")
    suite = suite_of(
        tmp_path,
        '- file: pairs.csv\n  template: ["{city} is in ___.", "{city} is a city of ___."]\n  invariant: rbo at least 0.1\n',
    )
    case = suite.cases[0]
    assert [[case.prompts[number].prompt.text for number in group] for group in case.groups] == [
        ["Paris is in [MASK].", "Paris is a city of [MASK]."],
        ["Rome is in [MASK].", "Rome is a city of [MASK]."],
    ]
    assert case.prompts[3].wanted == (InTop((("italy",),)),)


def test_a_tag_leaves_a_part_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("prompt,expected,tag\nIt is ___.,a,one\nIs it ___?,b,two\n")
    assert [each.line for each in suite_of(tmp_path, "- {file: a.csv, tag: two}").cases[0].prompts] == [3]
    with pytest.raises(UnusableSuite, match=r'no prompt with the tag "three"\. It has the tags one, two\.'):
        suite_of(tmp_path, "- {file: a.csv, tag: three}")


def test_a_probe_set_is_read_as_a_batch_reads_it(tmp_path: Path, shared_data: Path) -> None:
    file = shared_data / "probes" / "lm-diagnostics" / "NEG-136-SIMP.tsv"
    if not file.is_file():
        file = next((shared_data / "probes" / "lm-diagnostics").rglob("*NEG*SIMP*.tsv"))
    case = suite_of(tmp_path, f'- file: "{file}"\n  share: at least 50 %\n').cases[0]
    assert len(case.prompts) == 36
    assert all(isinstance(each.wanted[0], InTop) for each in case.prompts)


def test_a_table_is_a_suite_with_a_case_in_each_row(tmp_path: Path) -> None:
    suite = suite_of(
        tmp_path,
        "name,prompt,expected,order,probability,top_k,checkpoints,agreement,mask\n"
        "king,The king said that ___ was tired.,he|it,he before she,he at least 0.2|she at most 0.3,3,bert-mini|albert-mini,"
        "top1 same|rbo at least 0.5,\n"
        ",It is ___ or ___.,,no before yes,,,,,2\n",
        "suite.csv",
    )
    king, other = suite.cases
    assert (king.name, king.top_k, king.checkpoints) == ("king", 3, ("bert-mini", "albert-mini"))
    assert [str(each) for each in king.prompts[0].wanted] == [
        "he or it", "he before she", "p of he at least 0.2", "p of she at most 0.3",
    ]  # fmt: skip
    assert [str(each) for each in king.agreement] == ["top1 same", "rbo at least 0.5"]
    assert (other.name, other.prompts[0].mask, other.line) == ("It is ___ or ___.", 1, 3)


def test_cases_without_a_name_get_different_ones(tmp_path: Path) -> None:
    suite = suite_of(
        tmp_path,
        "- {prompt: It is ___., expected: a}\n- {name: It is ___., prompt: Is it ___?, expected: a}\n"
        f"- {{prompt: It is ___., expected: b}}\n- {{prompt: {'long ' * 40}___, expected: c}}\n"
        "- {prompts: [One ___., Two ___.], expected: d}\n",
    )
    names = [each.name for each in suite.cases]
    assert names[:3] == ["It is ___. (2)", "It is ___.", "It is ___. (3)"]
    assert names[3].endswith("...")
    assert names[4] == "One ___. and 1 more"


GOOD = "{prompt: It is ___., expected: a}"

BAD = [
    ("unknown key of the suite", f"topk: 3\ncases: [{GOOD}]", 'Line 1: "topk" is no key of a suite. Did you mean top_k?'),
    (
        "unknown key of a case",
        "- {prompt: It is ___., expectd: a}",
        'Line 1: "expectd" is no key of a case. Did you mean expected?',
    ),
    ("a key by another name", "- {prompt: It is ___., before: a}", "Did you mean order?"),
    ("nothing alike", "- {prompt: It is ___., zzz: a}", "The keys are name, prompt,"),
    (
        "unknown key of an entry",
        "- prompts:\n  - {prompt: It is ___., share: 1}",
        'Line 2: "share" is no key of an entry of prompts.',
    ),
    ("top_k as a word", f"top_k: many\ncases: [{GOOD}]", 'Line 1: top_k is "many". Give a whole number from 1 to 1,000.'),
    ("top_k of nothing", f"top_k: 0\ncases: [{GOOD}]", "from 1 to 1,000"),
    ("top_k with a point", "- {prompt: It is ___., expected: a, top_k: 5.5}", "from 1 to 1,000"),
    ("a list for a text", "- {name: [a, b], prompt: It is ___., expected: a}", "name is a list. Write one text"),
    ("a mask without quotes", "- prompt: [MASK]\n  expected: a", "prompt is a list. Write one text, in quotes"),
    ("a table for a list", "cases: {prompt: It is ___.}", "cases is a table. Write a list, a case after each dash."),
    ("a text for a case", "- It is ___.", 'A case is "It is ___.". Write prompt:'),
    ("a text for a suite", "hello", 'The suite is "hello". Write cases:'),
    ("checkpoints twice", f"checkpoints: [a, a]\ncases: [{GOOD}]", "checkpoints names one twice"),
    ("no prompt", "- expected: a", "The case has no prompt. Give it prompt or prompts or template or file."),
    ("two prompts", "- {prompt: It is ___., file: a.csv, expected: a}", "has both prompt and file. Make two cases of it."),
    ("nothing expected", "- prompt: It is ___.", 'Nothing is expected of "It is [MASK].". Give it one of expected,'),
    ("no mask", "- {prompt: It is., expected: a}", "Line 1: The prompt has no mask."),
    ("no such mask", "- {prompt: It is ___., expected: a, mask: 2}", 'mask is 2, and "It is [MASK]." has 1.'),
    ("which mask", "- {prompt: It ___ is ___., order: a before b}", "has 2 masks. Say which one is meant, such as mask: 1."),
    ("which mask of a pair", "- {prompt: It ___ is ___., agreement: top1 same}", "Say which one is meant"),
    ("masks of what is not expected", "- {prompt: It ___ is ___., not_expected: a;b, mask: 1}", "parts no masks with ;"),
    ("too many masks", "- {prompt: It is ___., expected: a; b}", "Expected words are given for 2 masks"),
    (
        "a name twice",
        "- {name: x, prompt: It is ___., expected: a}\n- {name: x, prompt: Is it ___?, expected: a}",
        'Line 2: The name "x" is taken by the case on line 1.',
    ),
    ("a name too long", f"- {{name: {'x' * 201}, prompt: It is ___., expected: a}}", "name has 201 characters; at most 200"),
    ("one variant", "- {prompt: It is ___., invariant: top1 same}", "there is one only"),
    ("a slot without words", '- {template: "The {who} is ___.", invariant: top1 same}', "The slot {who} has no words"),
    (
        "words without a slot",
        '- {template: "The {who} is ___.", words: {who: [a, b], x: [c]}, invariant: top1 same}',
        'The template has no slot "x". It has who.',
    ),
    (
        "over nothing",
        '- {template: "The {who} is ___.", words: {who: [a, b]}, over: x, invariant: top1 same}',
        'no slot "x" to go over',
    ),
    (
        "words as a text",
        '- {template: "The {who} is ___.", words: a, invariant: top1 same}',
        'words is "a". Write a list for each slot',
    ),
    ("words without a template", "- {prompt: It is ___., words: {a: b}, expected: a}", "words goes with template"),
    ("a brace", '- {template: "The {who is ___.", expected: a}', "A brace has no partner"),
    ("no file", "- {file: nowhere.csv, share: at least 1 %}", "There is no file"),
    ("empty prompts", "- {prompts: [], expected: a}", "prompts is an empty list"),
    ("an entry without a prompt", "- prompts:\n  - {expected: a}", "Line 2: An entry of prompts has no prompt."),
    ("a share too large", "- {prompt: It is ___., expected: a, share: at least 90}", "Write 90 % or 0.9."),
    ("a share as a number", "- {prompt: It is ___., expected: a, share: 0.9}", "Write share: at least 90 %."),
    ("empty", "", "holds no case"),
    ("no cases", "top_k: 3", "holds no case"),
    (
        "a control character",
        '- {prompt: "It \x07 is ___.", expected: a}',
        "Line 1: The line holds an invisible control character",
    ),
    ("an escaped one", '- {name: "a\\x07", prompt: It is ___., expected: a}', "name holds an invisible control character"),
    ("Latin-1", b"# one\n- {prompt: It is \xe9 ___., expected: a}", "Line 2: The line is not in UTF-8 (byte 0xE9)."),
    ("UTF-16", "- a".encode("utf-16"), "is in UTF-16"),
    ("a picture", b"\x89PNG\r\n\x1a\n", "is a picture"),
    ("NUL", b"- {prompt: It is\x00 ___.}", "control character"),
]


@pytest.mark.parametrize(("text", "words"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_what_is_wrong_is_told_with_the_way_out(text: str | bytes, words: str, tmp_path: Path) -> None:
    with pytest.raises(PipelineError) as caught:
        suite_of(tmp_path, text)
    said = str(caught.value)
    assert words in said, said
    assert "suite.yaml" in said
    assert "\n" not in said


def test_all_problems_are_found_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = """
topk: 3
cases:
  - {prompt: It is., expected: a}
  - prompts:
    - {prompt: It is ___., expected: a b}
    - It is.
    expected: x
  - {prompt: It is ___., order: a}
  - {prompt: It is ___., share: 2}
  - no
"""
    with pytest.raises(UnusableSuite) as caught:
        suite_of(tmp_path, text)
    assert [each.line for each in caught.value.problems] == [2, 4, 6, 7, 9, 10, 11]
    assert str(caught.value).endswith("And 2 more problems.")


TABLES = [
    ("unknown column", "prompt,expcted\nIt is ___.,a\n", 'Line 1: "expcted" is no key of a row. Did you mean expected?'),
    ("ragged", "prompt,expected\nIt is ___.,a,b\n", "Line 2: The row has 3 cells"),
    ("open quote", 'prompt,expected\n"It is ___.,a\n', "Line 2: A quote is opened here and never closed"),
    ("bad value", "prompt,expected,top_k\nIt is ___.,a,x\n", 'Line 2: top_k is "x"'),
    ("no prompt", "prompt,expected\n,a\n", "Line 2: The case has no prompt"),
    ("only a header", "prompt,expected\n", "holds no case"),
    ("nothing expected", "prompt\nIt is ___.\n", "Line 2: Nothing is expected"),
]


@pytest.mark.parametrize(("text", "words"), [row[1:] for row in TABLES], ids=[row[0] for row in TABLES])
def test_what_is_wrong_with_a_table_is_told_with_its_line(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(CheckError) as caught:
        suite_of(tmp_path, text, "suite.csv")
    assert words in str(caught.value), str(caught.value)


def test_the_rows_of_a_file_that_cannot_be_asked_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("prompt,expected\nIt is.,a\nIt is ___.,b\nIs it?,c\n")
    with pytest.raises(UnusableSuite, match=r"Line 1: 2 rows of a\.csv cannot be asked\. Line 2: The prompt has no mask\."):
        suite_of(tmp_path, "- {file: a.csv, share: at least 1 %}")


def test_a_file_that_says_nothing_of_its_kind_is_no_suite(tmp_path: Path) -> None:
    with pytest.raises(CheckError, match=r"End it on \.yaml or \.csv"):
        suite_of(tmp_path, "It is ___.", "suite.txt")
    with pytest.raises(CheckError, match="no such file"):
        read_suite(tmp_path / "none.yaml")
    with pytest.raises(CheckError, match="over 5 MB"):
        suite_of(tmp_path, "#" * 5_000_001)


def test_an_invariance_of_too_many_prompts_is_refused(tmp_path: Path) -> None:
    words = ", ".join(map(str, range(201)))
    with pytest.raises(UnusableSuite, match="at most 200 are compared"):
        suite_of(tmp_path, f'- {{template: "{{n}} is ___.", words: {{n: [{words}]}}, invariant: top1 same}}')
    with pytest.raises(UnusableSuite, match=r"makes 40,401 prompts; a suite has at most 20,000"):
        suite_of(tmp_path, f'- {{template: "{{n}} {{m}} ___.", words: {{n: [{words}], m: [{words}]}}, expected: a}}')
