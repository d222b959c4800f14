"""Published probe sets are recognised and read whole, as their authors counted them; ParaRel from its two files."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.prompt_files import (
    Columns,
    FilePrompt,
    Given,
    Half,
    OtherHalfWanted,
    TemplateProblem,
    UnreadableFile,
    inspect,
    open_prompts,
)
from pipelines.prompt_files.probes import recognise

ETTINGER = [
    ("CPRAG-102/CPRAG-102.tsv", "CPRAG-102", 34, {"CPRAG-102": 34}, ("chess",)),
    ("ROLE-88/ROLE-88.tsv", "ROLE-88", 83, {"ROLE-88": 83}, ("avoided", "hated", "read", "met")),
    ("NEG-136/NEG-136-SIMP.tsv", "NEG-136", 36, {"NEG-136 SIMP affirmative": 18, "NEG-136 SIMP negated": 18}, ("fish",)),
    ("NEG-136/NEG-136-NAT.tsv", "NEG-136", 32, {"NEG-136 NAT affirmative": 16, "NEG-136 NAT negated": 16}, ("safe",)),
]
OLMPICS = {
    "age_comparison": 500,
    "always_never": 280,
    "antonym_negation": 500,
    "multihop_composition": 500,
    "size_comparison": 500,
    "taxonomy_conjunction": 599,
}
PAIRS = '{"sub_label": "Ada", "obj_label": "London", "uuid": "1"}\n{"sub_label": "Emil", "obj_label": "Oslo", "uuid": "2"}\n'
PATTERNS = '{"pattern": "[X] was born in [Y].", "lemma": "bear"}\n{"pattern": "[Y] is where [X] was born.", "lemma": "bear"}\n'


@pytest.mark.parametrize(("file", "name", "prompts", "tags", "first"), ETTINGER)
def test_the_sets_of_ettinger_are_whole(
    shared_data: Path, file: str, name: str, prompts: int, tags: dict[str, int], first: tuple[str, ...]
) -> None:
    found = inspect(shared_data / "probes" / "lm-diagnostics" / "datasets" / file)
    assert found.layout.probe_set == name
    # Five expected answers of ROLE-88, such as "worked for", cannot be said in one mask: those rows say so.
    assert found.n_problems == (5 if name == "ROLE-88" else 0)
    assert all("holds a space" in each.reason for each in found.problems)
    assert (found.n_prompts, found.n_expected, found.tags, found.masks) == (prompts, prompts, tags, {1: prompts})
    assert found.first[0].expected == (first,)
    assert "item" in found.layout.ignored


def test_all_of_olmpics_is_read(shared_data: Path) -> None:
    folder = shared_data / "probes" / "olmpics" / "tests" / "data"
    found = {task: inspect(folder / f"oLMpics_{task}_dev.jsonl") for task in OLMPICS}
    assert {task: each.n_prompts for task, each in found.items()} == OLMPICS
    assert sum(each.n_prompts for each in found.values()) == 2_879
    for task, each in found.items():
        assert (each.layout.probe_set, each.n_problems, each.layout.ignored) == ("oLMpics", 0, ("id",))
        assert each.tags == {f"oLMpics {task.replace('_', ' ')}": each.n_prompts}
        assert each.n_expected == each.n_candidates == each.n_prompts
        assert all(set(prompt.expected[0]) < set(prompt.candidates) for prompt in each.first)


def test_pararel_is_read_from_its_two_files(shared_data: Path) -> None:
    folder = shared_data / "probes" / "pararel" / "data"
    patterns, pairs = folder / "pattern_data" / "graphs_json" / "P101.jsonl", folder / "trex_lms_vocab" / "P101.jsonl"
    n_patterns, n_pairs = (len(path.read_text("utf-8").splitlines()) for path in (patterns, pairs))
    found = inspect(pairs, templates=patterns)
    assert (found.n_prompts, found.n_problems) == (n_patterns * n_pairs, 0)
    assert (found.layout.probe_set, found.layout.slots, found.layout.ignored) == ("ParaRel", {"X": "sub_label"}, ("uuid",))
    assert found.tags == {"P101": found.n_prompts}
    assert found.first[0] == FilePrompt(1, "Alan Turing works in the field of [MASK].", (("logic",),), (), "P101")


def test_every_half_of_pararel_is_told_by_its_columns(shared_data: Path) -> None:
    folder = shared_data / "probes" / "pararel" / "data"
    for place, wanted in (("pattern_data/graphs_json", Half.PAIRS), ("trex_lms_vocab", Half.PATTERNS)):
        for path in (folder / place).glob("*.jsonl"):
            with pytest.raises(OtherHalfWanted) as half:
                inspect(path)
            assert half.value.wanted is wanted


@pytest.mark.parametrize(
    "patterns",
    [
        PATTERNS.encode(),
        "[X] was born in [Y].\n[Y] is where [X] was born.",
        "{sub_label} was born in ___.\n[Mask] is where {SUB_LABEL} was born.\n",
        "pattern\tid\n[X] was born in [Y].\t1\n[Y] is where [X] was born.\t2\n",
    ],
)
def test_patterns_come_as_a_file_or_are_pasted(patterns: Given) -> None:
    with open_prompts(PAIRS.encode(), "P19.jsonl", templates=patterns) as prompts:
        assert list(prompts) == [
            FilePrompt(1, "Ada was born in [MASK].", (("London",),), (), "P19"),
            FilePrompt(1, "[MASK] is where Ada was born.", (("London",),), (), "P19"),
            FilePrompt(2, "Emil was born in [MASK].", (("Oslo",),), (), "P19"),
            FilePrompt(2, "[MASK] is where Emil was born.", (("Oslo",),), (), "P19"),
        ]


def test_a_table_of_ones_own_fills_templates_too() -> None:
    table = "Group,place,gold,choices,why\nnurse,town,kind,kind|rude,x\ncook, ,kind,,y\n"
    with open_prompts(table, templates="The {group} of the {place} is [MASK].") as prompts:
        first, second = prompts
    assert first == FilePrompt(2, "The nurse of the town is [MASK].", (("kind",),), ("kind", "rude"))
    assert "column place, which fills the slot {place}, is empty" in getattr(second, "reason", "")
    found = inspect(table, columns=Columns("gold", candidates="gold", tag="Group"), templates="The {group} is [MASK].")
    assert (found.layout.ignored, found.layout.guessed) == (("place", "choices", "why"), False)
    assert (found.n_expected, found.tags) == (0, {"nurse": 1, "cook": 1})


@pytest.mark.parametrize(
    ("given", "name", "templates", "error", "words"),
    [
        (PAIRS, "P1.jsonl", None, OtherHalfWanted, "Bring the patterns of the same relation"),
        (PATTERNS, "P1.jsonl", None, OtherHalfWanted, "Bring the pairs too"),
        (PATTERNS, "P1.jsonl", PAIRS, OtherHalfWanted, "Bring the patterns of the same relation"),
        (PAIRS, "P1.jsonl", "The {group} is [MASK].", TemplateProblem, r"\{group\} is no column of the table \(sub_label"),
        (PAIRS, "P1.jsonl", "The {X is [MASK].", TemplateProblem, r"Line 1 of the templates: A brace has no partner"),
        (PAIRS, "P1.jsonl", "", TemplateProblem, "There is no template"),
        (PAIRS, "P1.jsonl", "[X] [MASK].\n" * 1_001, TemplateProblem, "more than 1,000 templates"),
        (PAIRS, "P1.jsonl", b"[X] [Y].\n\xff", UnreadableFile, "Line 2 of the templates cannot be read"),
    ],
)
def test_halves_that_do_not_fit_are_said(
    given: str, name: str, templates: str | None, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        inspect(given, name, templates=templates)


def test_templates_and_a_table_make_no_more_prompts_than_lists_of_words_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.prompt_files.filling.MOST_PROMPTS", 4)  # a million take a minute
    assert inspect(PAIRS, "P1.jsonl", templates=PATTERNS).n_prompts == 4
    with pytest.raises(TemplateProblem, match="the rows to line 2 make 6 prompts; at most 4"):
        inspect(PAIRS, "P1.jsonl", templates=PATTERNS + '{"pattern": "[X], [Y].", "lemma": ""}')


def test_two_relations_are_not_mixed(tmp_path: Path) -> None:
    (tmp_path / "P20.jsonl").write_text(PATTERNS, "utf-8")
    with pytest.raises(UnreadableFile, match="relation P19 and the patterns of P20"):
        inspect(PAIRS, "P19.jsonl", templates=tmp_path / "P20.jsonl")


@pytest.mark.parametrize(
    "columns", [("prompt", "expected", "tag"), ("prompt", "question", "answerKey"), ("context", "expected")]
)
def test_a_table_of_ones_own_is_no_probe_set(columns: tuple[str, ...]) -> None:
    assert recognise(columns) is None


def test_a_row_that_is_none_of_its_set_is_a_problem() -> None:
    good = '{"question": {"stem": "A [MASK].", "choices": [{"label": "A", "text": "x"}]}, "answerKey": "A"}'
    bad = ('{"question": "A", "answerKey": "A"}', good.replace('"answerKey": "A"', '"answerKey": "B"'), '{"question": null}')
    found = inspect("\n".join((good, *bad)), "oLMpics_new_task_test.jsonl")
    assert (found.n_prompts, found.tags, [each.line for each in found.problems]) == (1, {"oLMpics new task": 1}, [2, 3, 4])
    assert all("is not one of oLMpics" in each.reason for each in found.problems)
