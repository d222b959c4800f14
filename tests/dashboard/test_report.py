"""A report says the whole run in one page that carries everything and runs nothing, whatever the texts in it are."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.report import MOST_BLANKS, as_page, contents, report_name
from dashboard.report.text import visible
from storage.records import UNKNOWN_HASH, Comparison, Expectation, Prompt, Refused, RunKind
from tests.payloads import PAYLOADS
from tests.storage import samples

MADE_AT = datetime(2026, 3, 2, 8, 15, tzinfo=UTC)
CAPITAL = "The capital of France is [MASK]."
VOID = {"meta", "link", "img"}


class Parsed(HTMLParser):
    """A page taken apart. Fails where a tag is not closed in its place."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.style = ""
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] == ["style"]:
            self.style += data
        elif "svg" not in self.open:
            self.text.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    @property
    def words(self) -> str:
        """What a person reads outside the charts, where a long word is cut."""
        return " ".join(" ".join(self.text).split())

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.tags)


def parsed(comparison: Comparison) -> Parsed:
    return Parsed(as_page(contents(comparison, MADE_AT, "2026.3")))


def named(comparison: Comparison, author: str, label: str) -> Comparison:
    return replace(comparison, run=replace(comparison.run, author=author, label=label))


def full() -> Comparison:
    """A run with everything that a run can have."""
    asked = samples.ask("The [MASK] of [MASK].", candidates=["paris", "constantinople"])
    return replace(
        named(asked, label="probes", author="Ada"),
        expectations=(Expectation(Prompt("The [MASK] of [MASK]."), 0, "paris"),),
        refused=(Refused("No blank here.", "The prompt has no mask."),),
    )


def test_everything_of_a_run_stands_in_its_report() -> None:
    page = parsed(full())
    run = full().run
    for said in (
        "1 Mar 2026, 09:30 UTC", "Ada", "probes", run.run_id, "an ask",  # the act
        "How bert-mini, distilbert-mini and albert-mini fill the blanks", "Blank 1", "Blank 2",
        "No blank here.", "The prompt has no mask.",
        "paris", "consta + ##ntinople", "4.3 %", "12 ms", "float32", "2.13.0",
        "left to right", "most confident first", "beam", "word0 · word1",
        "Made by Maskboard (2026.3) on 2 Mar 2026, 08:15 UTC.",
    ):  # fmt: skip
        assert said in page.words, said
    for checkpoint in samples.TRIO:
        for fact in (checkpoint.name, checkpoint.revision, checkpoint.weights_sha256, checkpoint.tokenizer_sha256):
            assert fact in page.words, fact
    for asked in full().answers:
        assert all(line.word in page.words for line in asked.answer.predictions)


def test_only_the_figures_that_occur_are_explained() -> None:
    alone = samples.ask(checkpoints=[samples.BERT])
    assert "Rank-biased overlap" in parsed(samples.ask()).words
    assert "Rank-biased overlap" not in parsed(alone).words
    assert "Place among all pieces" not in parsed(alone).words
    assert "Place among all pieces" in parsed(samples.ask(candidates=["paris"])).words


def test_it_runs_nothing_and_loads_nothing() -> None:
    page = parsed(full())
    policy = next(traits["content"] for tag, traits in page.tags if traits.get("http-equiv") == "Content-Security-Policy")
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
    assert "url(" not in page.style
    assert "@import" not in page.style
    harmless(page)


def harmless(page: Parsed) -> None:
    """No script, no handler, no link, nothing that is loaded but the icon that the page carries."""
    assert not {tag for tag, _ in page.tags} & {
        "script", "iframe", "object", "embed", "a", "form", "input", "button", "base", "foreignobject", "use", "image",
    }  # fmt: skip
    for tag, traits in page.tags:
        for trait, value in traits.items():
            assert not trait.startswith("on"), (tag, trait)
            if trait in ("href", "src"):
                assert (tag in ("link", "img")) and (value or "").startswith("data:image/svg+xml;base64,")
            elif trait == "style":
                assert tag == "svg"
                assert (value or "").startswith("--width: ")
            assert trait not in ("srcset", "srcdoc", "action", "background", "poster", "xlink:href", "ping", "data"), trait


def test_tables_and_charts_can_be_read_aloud() -> None:
    page = parsed(full())
    tags = [tag for tag, _ in page.tags]
    assert tags.count("table") == tags.count("caption")
    assert all(traits.get("scope") in ("col", "row") for tag, traits in page.tags if tag == "th")
    drawings = [traits for tag, traits in page.tags if tag == "svg"]
    charts = [traits for traits in drawings if traits.get("role") == "img"]
    assert len(charts) == 2, "a heat map for each blank"
    assert all("Probability of each listed word" in (traits["aria-label"] or "") for traits in charts)
    assert all(traits.get("aria-hidden") == "true" for traits in drawings if traits not in charts)
    assert dict(page.tags)["html"] == {"lang": "en"}
    headings = [int(tag[1]) for tag in tags if tag in ("h1", "h2", "h3")]
    assert headings[0] == 1
    assert headings.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(headings))
    regions = [traits for _, traits in page.tags if traits.get("role") == "region"]
    assert all(traits["tabindex"] == "0" and traits["aria-label"] for traits in regions), "a wide table is scrolled by keyboard"


def hostile(payload: str) -> Comparison:
    """A run in which every text that a person, a file or a model wrote is the payload."""
    text = f"{payload} [MASK] {payload} [MASK]"
    checkpoints = [replace(each, name=f"{each.name} {payload}", family=payload, revision=payload) for each in samples.TRIO]
    asked = samples.ask(text, checkpoints=checkpoints, candidates=[payload])
    answers = []
    for each in asked.answers:
        lines = tuple(
            replace(line, word=f"{payload}{line.rank}", piece=payload, starts_word=line.rank != 2)
            for line in each.answer.predictions
        )
        scored = tuple(replace(candidate, pieces=(payload,)) for candidate in each.answer.candidates)
        answers.append(replace(each, answer=replace(each.answer, predictions=lines, candidates=scored)))
    fillings = tuple(
        replace(each, slots=tuple(replace(slot, word=payload, piece=payload) for slot in each.slots)) for each in asked.fillings
    )
    run = replace(
        asked.run,
        kind=RunKind.IMPORT,
        label=payload,
        author=payload,
        options={"top_k": payload, "file": payload, "candidates": [payload]},
        environment={payload: payload},
    )
    return Comparison(
        run=run,
        answers=tuple(answers),
        agreements=asked.agreements,
        expectations=(Expectation(Prompt(text), 0, payload),),
        refused=(Refused(payload, payload),),
        fillings=fillings,
    )


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_a_payload_is_text_wherever_it_stands(payload: str) -> None:
    page, plain = parsed(hostile(payload)), parsed(hostile("plain"))
    harmless(page)
    assert [(tag, sorted(traits)) for tag, traits in page.tags] == [(tag, sorted(traits)) for tag, traits in plain.tags]
    shown = " ".join(visible(payload).split())
    assert page.words.count(shown) == plain.words.count("plain"), "the payload is read where the plain word is"
    assert page.style == plain.style


def test_signs_that_nobody_sees_are_written_out() -> None:
    page = parsed(named(samples.ask(), author="a\u202eb\x00c\ud800", label="می\u200cخواهم"))
    assert "a\\u202eb\\x00c\\ud800" in page.words
    assert "می\u200cخواهم" in page.words, "what joins letters stays"


@given(st.text())
@settings(max_examples=60, deadline=None)
def test_no_text_changes_the_structure_of_the_page(text: str) -> None:
    asked = samples.ask(checkpoints=[samples.BERT])
    said = replace(asked, refused=(Refused(text, text),))
    page = parsed(named(said, author=f"A{text}", label=f"A{text}"))
    plain = parsed(named(replace(asked, refused=(Refused("a", "a"),)), author="A", label="A"))
    assert [tag for tag, _ in page.tags] == [tag for tag, _ in plain.tags]


def test_many_prompts_are_cut_and_the_cut_is_said() -> None:
    texts = [f"Prompt {i} is [MASK]." for i in range(MOST_BLANKS + 3)]
    one = samples.BERT
    said = parsed(samples.batch(texts, depth=1, checkpoints=[one])).words
    assert f"This report shows the first {MOST_BLANKS} of {MOST_BLANKS + 3} prompts" in said
    assert samples.run_id() in said
    assert f"Prompt {MOST_BLANKS} of {MOST_BLANKS + 3}" in said
    assert f"Prompt {MOST_BLANKS + 1} of" not in said
    whole = parsed(samples.batch(texts[:MOST_BLANKS], depth=1, checkpoints=[one])).words
    assert "This report shows" not in whole


def test_a_long_list_is_cut_and_the_cut_is_said() -> None:
    assert "The first 50 of 60 listed words are shown." in parsed(samples.ask(depth=60, checkpoints=[samples.BERT])).words


def test_refused_prompts_alone_are_a_report_too() -> None:
    many = tuple(Refused(f"No blank {i}.", "The prompt has no mask.") for i in range(60))
    page = parsed(Comparison(run=samples.run(), refused=many))
    assert "Nothing was answered" in page.words
    assert "No blank 49." in page.words
    assert "The first 50 of 60 are listed." in page.words


def test_ranks_without_scores_have_no_bar() -> None:
    asked = samples.ask(checkpoints=[replace(samples.BERT, source="import", weights_sha256=UNKNOWN_HASH)])
    answer = asked.answers[0].answer
    ranks = tuple(replace(line, logprob=None) for line in answer.predictions)
    only = replace(answer, predictions=ranks, entropy=None, sum_p_squared=None, top1_margin=None, word_mass=None)
    page = parsed(replace(asked, answers=(replace(asked.answers[0], answer=only, latency_ms=None),)))
    assert "Rank only: no score was published." in page.words
    assert page.words.count("no score") >= 5
    assert page.count("rect") == 0
    assert "imported" in page.words


def test_two_cases_of_a_prompt_stand_in_one_section() -> None:
    upper, lower = (
        samples.ask("Paris is [MASK].", checkpoints=[samples.BERT]),
        samples.ask("paris is [MASK].", checkpoints=[samples.ALBERT]),
    )
    page = parsed(replace(upper, answers=upper.answers + lower.answers))
    assert "albert-mini was asked in another case: paris is [MASK]." in page.words
    assert "Prompt 1 of" not in page.words


def test_a_name_that_others_published_under_is_doubted() -> None:
    asked = samples.ask(checkpoints=[samples.BERT])
    doubted = as_page(contents(asked, MADE_AT, "2026.3", lambda _: "f" * 64))
    assert "Not as published" in doubted
    assert "Not as published" not in as_page(contents(asked, MADE_AT, "2026.3", lambda _: samples.BERT.weights_sha256))


@pytest.mark.parametrize(
    ("texts", "name"),
    [
        ([CAPITAL], "the-capital-of-france-is-mask"),
        (["../../etc/passwd\x00 [MASK]"], "etc-passwd-mask"),
        (["法国的首都是 [MASK]。"], "1-prompt"),
        (["word " * 40 + "[MASK]"], "-".join(["word"] * 12)),
        (["a" * 300 + "[MASK]"], "a" * 60),
        ([CAPITAL, "Two [MASK]."], "2-prompts"),
    ],
)
def test_a_report_is_named_by_what_is_inside_and_the_day(texts: Sequence[str], name: str) -> None:
    assert report_name(samples.batch(texts)) == f"maskboard-report-{name}-2026-03-01.html"
