"""What was looked at is what is asked: the same bytes, read in the same way, from the beginning each time."""

from __future__ import annotations

import pytest

from dashboard.brought import FileBrought, ProductBrought, Upload
from pipelines.prompt_files import Columns, FileKind, Half, OtherHalfWanted, Problem, UnreadableFile

PAIRS = Upload.of("P19.jsonl", b'{"sub_label": "Ada", "obj_label": "London"}\n{"sub_label": "Emmy", "obj_label": "Erlangen"}')
PATTERNS = Upload.of("P19-graph.jsonl", b'{"pattern": "[X] was born in [Y]."}\n{"pattern": "[X] comes from [Y]."}\n')


def texts(brought: FileBrought | ProductBrought) -> list[str]:
    with brought.open() as prompts:
        return [each.text for each in prompts if not isinstance(each, Problem)]


def test_a_file_may_be_read_any_number_of_times() -> None:
    brought = FileBrought(Upload.of("a.csv", b"prompt\nA [MASK].\nB [MASK].\n"))
    assert brought.inspect() == brought.inspect()
    assert texts(brought) == texts(brought) == ["A [MASK].", "B [MASK]."]
    assert brought.source == "a.csv"


def test_what_differs_is_told_apart() -> None:
    one, same = (Upload.of("a.csv", b"prompt\nA [MASK].\n") for _ in range(2))
    assert FileBrought(one) == FileBrought(same)
    others = [
        FileBrought(Upload.of("b.csv", one.content)),
        FileBrought(Upload.of("a.csv", one.content + b"B [MASK].\n")),
    ]
    assert len({FileBrought(one).key, *(each.key for each in others)}) == 3
    assert FileBrought(one, Columns(prompt="x")).key == FileBrought(one).key, "the boxes keep what was chosen"
    assert FileBrought("A [MASK].").key != FileBrought("B [MASK].").key


def test_what_the_person_says_counts() -> None:
    given = Upload.of("a.csv", b"satz;wort\nA [MASK].;x\n")
    with pytest.raises(UnreadableFile, match="called prompt"):
        FileBrought(given).inspect()
    assert FileBrought(given).header().columns == ("satz", "wort")
    brought = FileBrought(given, Columns(prompt="satz", expected="wort"))
    assert brought.inspect().n_expected == 1
    assert len(texts(FileBrought(Upload.of("a.csv", b"A [MASK], b.\nB, [MASK].\n"), kind=FileKind.TXT))) == 2


def test_a_header_that_is_a_prompt_is_no_choice_of_columns() -> None:
    with pytest.raises(UnreadableFile, match="no header"):
        FileBrought(Upload.of("a.csv", b"A [MASK].,x\nB [MASK].,y\n")).header()


@pytest.mark.parametrize(("first", "other", "wanted"), [(PAIRS, PATTERNS, Half.PATTERNS), (PATTERNS, PAIRS, Half.PAIRS)])
def test_two_halves_make_prompts_whichever_came_first(first: Upload, other: Upload, wanted: Half) -> None:
    with pytest.raises(OtherHalfWanted) as said:
        FileBrought(first).inspect()
    assert said.value.wanted is wanted
    brought = FileBrought(first, other=other, wanted=wanted)
    assert brought.inspect().layout.probe_set == "ParaRel"
    assert texts(brought)[0] == "Ada was born in [MASK]."
    assert len(texts(brought)) == 4


def test_templates_are_called_by_their_first_sentence() -> None:
    brought = ProductBrought("\nThe {group} is [MASK].\n{group} is [MASK].\n", {"group": ("man", "woman")})
    assert brought.source == "The {group} is [MASK]. and 1 more"
    assert texts(brought)[:2] == ["The man is [MASK].", "The woman is [MASK]."]
    assert brought.inspect().n_prompts == 4
    assert ProductBrought(" \n").source == "templates"
    assert brought != ProductBrought(brought.templates, brought.words, ())
