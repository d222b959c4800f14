"""A report as JUnit XML: read back, it says the same; and it is valid by the schemas of Jenkins' xUnit plugin and of Ant."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from xml.etree import ElementTree as Xml

import pytest

from pipelines.check.junit import problem_as_junit, report_as_junit
from pipelines.check.values import Bound
from pipelines.check.verdicts import Aspect, Finding, Report, Unit, Verdict
from storage.records import Checkpoint

ONE = Checkpoint("one", "bert", "folder", "1" * 64, "a" * 64, "b" * 64, 1, 1)
TWO = replace(ONE, name="two", family="albert", weights_sha256="c" * 64)
HELD = Finding("he in the top 5", "he rank 1, p 0.4", True, 1.0, 5.0)
FAILED = Finding("she in the top 5", "she rank 9, p 0.01", False, 9.0, 5.0)


def unit(*findings: Finding, text: str = "It is [MASK].") -> Unit:
    return Unit((text,), 3, findings=findings)


def report(*verdicts: Verdict, name: str = "suite.yaml", notes: tuple[str, ...] = ()) -> Report:
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    return Report(name, "d" * 64, at, verdicts, {"torch": "2.13.0"}, notes)


WHOLE = report(
    Verdict("king", 3, Aspect.ANSWERS, (ONE,), (unit(HELD),), seconds=0.25),
    Verdict("queen", 5, Aspect.ANSWERS, (ONE,), (unit(HELD, FAILED), unit(FAILED)), seconds=0.5),
    Verdict("long", 7, Aspect.ANSWERS, (ONE,), (Unit(("so [MASK]",), 7, problem="It is too long."),)),
    Verdict("later", 9, Aspect.ANSWERS, (ONE,), skipped="not yet"),
    Verdict("share", 11, Aspect.ANSWERS, (ONE,), (unit(HELD),) * 16, share=Bound(True, 0.9)),
    Verdict("king", 3, Aspect.AGREEMENT, (ONE, TWO), (unit(HELD),)),
)


def test_each_checkpoint_and_each_pair_is_a_suite_that_names_its_weights() -> None:
    root = Xml.fromstring(report_as_junit(WHOLE))
    assert (root.tag, [each.tag for each in root]) == ("testsuites", ["testsuite", "testsuite"])
    one, pair = root
    assert one.attrib == {
        "name": "one",
        "tests": "5",
        "failures": "1",
        "errors": "1",
        "skipped": "1",
        "time": "0.750",
        "id": "0",
        "package": "suite",
        "timestamp": "2026-01-02T03:04:05",
        "hostname": "localhost",
    }
    assert (pair.get("name"), pair.get("tests"), pair.get("failures")) == ("one and two", "1", "0")
    properties = {each.get("name"): each.get("value") for each in one.iter("property")}
    assert properties["weights_sha256"] == "a" * 64
    assert properties["file_sha256"] == "d" * 64
    assert properties["torch"] == "2.13.0"
    both = {each.get("name"): each.get("value") for each in pair.iter("property")}
    assert (both["weights_sha256_a"], both["weights_sha256_b"]) == ("a" * 64, "c" * 64)


def test_each_verdict_is_a_test_with_what_failed_and_why() -> None:
    cases = {
        (each.get("classname"), each.get("name")): each for each in Xml.fromstring(report_as_junit(WHOLE)).iter("testcase")
    }
    assert len(cases) == 6
    assert list(cases["suite.one", "king"]) == []
    assert cases["suite.one", "king"].get("time") == "0.250"
    (failure,) = cases["suite.one", "queen"]
    assert (failure.tag, failure.get("type")) == ("failure", "answers")
    assert failure.get("message") == "she in the top 5: she rank 9, p 0.01 (and 1 prompt more)"
    assert (failure.text or "").splitlines() == [
        "queen [one]: 0 of 2 prompts",
        "  It is [MASK].",
        "    wanted  she in the top 5",
        "    found   she rank 9, p 0.01",
        "  It is [MASK].",
        "    wanted  she in the top 5",
        "    found   she rank 9, p 0.01",
    ]
    (error,) = cases["suite.one", "long"]
    assert (error.tag, error.get("message")) == ("error", "It is too long.")
    (skipped,) = cases["suite.one", "later"]
    assert (skipped.tag, skipped.get("message")) == ("skipped", "not yet")
    assert list(cases["suite.one+two", "king (agreement)"]) == []


def test_shares_are_told_though_they_hold() -> None:
    out = Xml.fromstring(report_as_junit(WHOLE)).findtext("testsuite/system-out")
    assert out == "share [one]: 16 of 16 prompts (100 %; 95 % interval 80.6 % to 100 %), wanted at least 90 %"


HOSTILE = [
    ("markup", "<b>&amp; \"q\" 'a' ]]> <!-- x --> <![CDATA["),
    ("emoji", "\U0001f469\u200d\U0001f680 caf\u00e9 \u4e2d"),
    ("newline and tab", "one\ntwo\tthree"),
]


@pytest.mark.parametrize("text", [row[1] for row in HOSTILE], ids=[row[0] for row in HOSTILE])
def test_hostile_names_come_back_as_they_were(text: str) -> None:
    bad = Finding(text, text, holds=False)
    root = Xml.fromstring(report_as_junit(report(Verdict(text, 1, Aspect.ANSWERS, (ONE,), (unit(bad, text=text),)))))
    (case,) = root.iter("testcase")
    assert case.get("name") == text
    assert case[0].get("message") == f"{text}: {text}"
    assert f"  {text}\n    wanted  {text}\n    found   {text}" in (case[0].text or "")


def test_what_xml_cannot_hold_is_written_as_an_escape() -> None:
    text = "bell \x07 nul \x00 escape \x1b[31m half \ud83d end \uffff"
    root = Xml.fromstring(report_as_junit(report(Verdict(text, 1, Aspect.ANSWERS, (ONE,), skipped=text), notes=(text,))))
    (case,) = root.iter("testcase")
    escaped = "bell \\x07 nul \\x00 escape \\x1b[31m half \\ud83d end \\uffff"
    assert (case.get("name"), case[0].get("message")) == (escaped, escaped)
    assert root.findtext("testsuite/system-out") == escaped


def test_a_check_that_could_not_be_carried_out_is_an_error() -> None:
    root = Xml.fromstring(problem_as_junit("suite.yaml", "Line 3: no \x00 good."))
    (error,) = root.iter("error")
    assert (error.get("message"), error.text) == ("Line 3: no \\x00 good.", "Line 3: no \\x00 good.")
    assert root[0].get("errors") == "1"
    assert_valid(root)


# The two schemas in one: what an element may hold, in this order, with the attributes that it must and may have.
SCHEMA: dict[str, tuple[list[str], set[str], set[str]]] = {
    "testsuites": (["testsuite*"], set(), set()),
    "testsuite": (
        ["properties", "testcase*", "system-out", "system-err"],
        {"name", "tests", "failures", "errors", "time", "timestamp", "hostname", "id", "package"},
        {"skipped"},
    ),
    "properties": (["property*"], set(), set()),
    "property": ([], {"name", "value"}, set()),
    "testcase": (["skipped?", "error?", "failure?"], {"name", "classname", "time"}, set()),
    "skipped": ([], set(), {"type", "message"}),
    "error": ([], {"type"}, {"message"}),
    "failure": ([], {"type"}, {"message"}),
    "system-out": ([], set(), set()),
    "system-err": ([], set(), set()),
}
FORMS = {
    "time": r"\d+\.\d{3}",
    "timestamp": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d",
    "tests": r"\d+",
    "failures": r"\d+",
    "errors": r"\d+",
    "skipped": r"\d+",
    "id": r"\d+",
}


def assert_valid(element: Xml.Element) -> None:
    children, needed, allowed = SCHEMA[element.tag]
    pattern = "".join(f"(?:{name.rstrip('*?')};){name[len(name.rstrip('*?')) :]}" for name in children)
    assert re.fullmatch(pattern, "".join(f"{each.tag};" for each in element)), element.tag
    assert needed <= set(element.attrib) <= needed | allowed, element.tag
    for name, value in element.attrib.items():
        assert re.fullmatch(FORMS.get(name, r"(?s).*"), value), f"{name}={value}"
    for each in element:
        assert_valid(each)


def test_the_document_keeps_to_both_schemas() -> None:
    document = report_as_junit(WHOLE)
    assert document.startswith(b"<?xml version='1.0' encoding='utf-8'?>")
    assert_valid(Xml.fromstring(document))
    assert_valid(Xml.fromstring(report_as_junit(report(Verdict("x", 1, Aspect.ANSWERS, (ONE,), skipped="")))))
