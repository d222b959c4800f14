"""The tables of a batch hold what they say, and nothing of it is cut in silence."""

from __future__ import annotations

from dashboard.batch_frames import all_problems, columns_of, problems_table, prompts_table, refused_table, tags_table
from dashboard.brought import FileBrought, Upload
from pipelines.batch.by_tag import ByTag, TagFigures
from pipelines.prompt_files import FilePrompt, Problem
from pipelines.statistics import Interval
from storage.measures import SelectedCheckpoint
from storage.records import Refused

LONG = "word " * 300 + "[MASK]"


def of(name: str) -> SelectedCheckpoint:
    return SelectedCheckpoint(1, name, "bert", "bundled", "r", name, 9, 9, 9, 9, vocabulary_known=True)


def test_prompts_stand_as_a_file_would_write_them() -> None:
    rows = [
        FilePrompt(2, "The [MASK] and the [MASK].", (("cat", "dog"), ()), ("mouse", "rat"), "animals"),
        FilePrompt(4, LONG),
    ]
    first, second = prompts_table(rows).to_pylist()
    assert first == {
        "line": 2, "prompt": rows[0].text, "expected": "cat | dog; ", "candidates": "mouse | rat", "tag": "animals",
    }  # fmt: skip
    assert second["prompt"].endswith("…")
    assert len(second["prompt"]) == 500


def test_a_column_without_anything_is_left_out() -> None:
    assert columns_of(prompts_table([FilePrompt(2, "A [MASK].")])) == ("line", "prompt")
    assert columns_of(prompts_table([FilePrompt(2, "A [MASK].", tag="x")])) == ("line", "prompt", "tag")


def test_problems_name_their_line_and_show_what_cannot_be_seen() -> None:
    table = problems_table([Problem(7, "a\x00b\u202e", "The line holds a NUL.")])
    assert table.to_pylist() == [{"line": 7, "problem": "The line holds a NUL.", "text": "a\\x00b\\u202e"}]
    assert refused_table([Refused("text", "why", 9)]).to_pylist() == [{"line": 9, "problem": "why", "text": "text"}]


def test_a_download_holds_every_problem() -> None:
    lines = "".join(f"no mask {n}\n" for n in range(1_500))
    table = all_problems(FileBrought(Upload.of("a.csv", f"prompt\n{lines}A [MASK].\n".encode())))
    assert table.num_rows == 1_500
    assert table.column("line").to_pylist() == list(range(2, 1_502))


def test_tags_are_told_with_intervals_and_their_own_n() -> None:
    rows = (
        TagFigures("geo", 60, (Interval(0.5, 0.4, 0.6, 60), None), Interval(0.25, 0.2, 0.3, 50)),
        TagFigures("few", 3, (Interval(1.0, None, None, 3), None), None),
    )
    table = tags_table(ByTag((of("bert-mini"), of("albert-mini")), rows, 2))
    assert table.to_pylist() == [
        {
            "tag": "geo", "n": 60, "agreement": "0.25 (0.20 to 0.30; n = 50)",
            "accuracy, bert-mini": "50 % (40 to 60 %)", "accuracy, albert-mini": "-",
        },
        {"tag": "few", "n": 3, "agreement": "-", "accuracy, bert-mini": "100 % (n = 3)", "accuracy, albert-mini": "-"},
    ]  # fmt: skip


def test_without_expected_words_no_accuracy_is_told() -> None:
    rows = (TagFigures("geo", 2, (None,), Interval(0.5, None, None, 2)),)
    assert tags_table(ByTag((of("bert-mini"),), rows, 1)).column_names == ["tag", "n", "agreement"]
