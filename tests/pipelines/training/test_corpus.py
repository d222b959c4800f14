"""The text is found or a sentence says how; held-out and training articles never meet."""

from __future__ import annotations

import lzma
from pathlib import Path

import pytest

from pipelines.training.corpus import HELD_OUT_EVERY, find_corpus, read_articles, split_articles, split_sentences
from pipelines.training.errors import TrainingError


def test_every_hundredth_article_is_held_out_and_none_is_in_both_parts(tmp_path: Path) -> None:
    for name, count in (("a", 150), ("b", 160)):
        text = "\n\n".join(f"Article {name}{number}.\nIts second paragraph." for number in range(count))
        (tmp_path / f"{name}.txt.xz").write_bytes(lzma.compress(text.encode()))
    articles = list(read_articles(tmp_path))
    held_out = [article.paragraphs[0] for article in articles if article.held_out]
    assert held_out == ["Article a99.", "Article b49.", "Article b149."]
    assert len(articles) == 310
    assert {article.number for article in articles if article.held_out} == set(range(HELD_OUT_EVERY - 1, 310, HELD_OUT_EVERY))


def test_blank_lines_part_articles_and_marks_become_ascii() -> None:
    lines = ["\n", "“One” — it’s…\n", "Two.\n", "\n", "\n", "Three.\n"]
    assert list(split_articles(lines)) == [('"One" - it\'s...', "Two."), ("Three.",)]


@pytest.mark.parametrize(
    ("paragraph", "sentences"),
    [
        ("He left. She stayed.", ["He left.", "She stayed."]),
        ("St. Peter and the U.S. Army met. They ate.", ["St. Peter and the U.S. Army met.", "They ate."]),
        ("It cost 3.50 dollars", ["It cost 3.50 dollars"]),
        ('"Come here!" He came.', ['"Come here!"', "He came."]),
    ],
)
def test_sentences(paragraph: str, sentences: list[str]) -> None:
    assert split_sentences(paragraph) == sentences


def test_no_text_is_a_sentence_with_the_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TrainingError, match="--corpus"):
        find_corpus(tmp_path)
    monkeypatch.setenv("MASKBOARD_SHARED_DATA", str(tmp_path))
    with pytest.raises(TrainingError, match="MASKBOARD_SHARED_DATA"):
        find_corpus()


def test_the_shared_folder_is_found_by_its_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "a.txt.xz").write_bytes(lzma.compress(b"One."))
    monkeypatch.setenv("MASKBOARD_SHARED_DATA", str(tmp_path))
    assert find_corpus() == tmp_path / "corpus"


@pytest.mark.parametrize("damage", [b"not xz at all", lzma.compress(b"One. " * 1000)[:-20], lzma.compress(b"\xff\xfe")])
def test_a_damaged_file_is_named(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "broken.txt.xz").write_bytes(damage)
    with pytest.raises(TrainingError, match=r"broken\.txt\.xz is damaged"):
        list(read_articles(tmp_path))


def test_the_real_corpus_has_the_size_its_readme_says(shared_data: Path) -> None:
    if not (shared_data / "corpus").is_dir():
        pytest.skip("needs the training text")
    shard = next(iter((shared_data / "corpus").glob("factbook*.xz")))
    with lzma.open(shard, "rt", encoding="utf-8") as lines:
        assert sum(1 for _ in split_articles(lines)) > 100
