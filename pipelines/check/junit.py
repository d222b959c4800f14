"""A report as JUnit XML, the form in which CI systems read tests.

One `testsuite` for each checkpoint, and for each pair whose answers are compared, with the hashes of its weights among the
properties; one `testcase` for each verdict. The document keeps to both schemas in use: `junit-10.xsd` of Jenkins' xUnit plugin
and the one of Apache Ant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import PurePath
from xml.etree import ElementTree as Xml

from pipelines.check.telling import details, first_failure, headline
from pipelines.check.verdicts import Aspect, Outcome, Report, Verdict, tally
from storage.records import Checkpoint

_UNFIT = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, not even as a reference."""
_HOST = "localhost"  # Ant's schema demands a name; that of the machine is nobody's business


def report_as_junit(report: Report) -> bytes:
    """The document, in UTF-8."""
    together: dict[tuple[Checkpoint, ...], list[Verdict]] = {}
    for verdict in report.verdicts:
        together.setdefault(verdict.checkpoints, []).append(verdict)
    root = Xml.Element("testsuites")  # Ant's schema allows no attributes here
    package = PurePath(report.name).stem
    for number, (checkpoints, verdicts) in enumerate(together.items()):
        counts = _counts(" and ".join(each.name for each in checkpoints), verdicts)
        skipped = {"skipped": str(tally(verdicts)[Outcome.SKIPPED])}
        suite = Xml.SubElement(root, "testsuite", {**counts, **skipped, **_about(number, package, report.started_at)})
        properties = Xml.SubElement(suite, "properties")
        for name, value in _properties(report, checkpoints):
            Xml.SubElement(properties, "property", {"name": name, "value": _fit(value)})
        for verdict in verdicts:
            _add_case(suite, package, verdict)
        shares = [headline(each) for each in verdicts if each.share is not None]
        Xml.SubElement(suite, "system-out").text = _fit("\n".join([*shares, *report.notes]))
        Xml.SubElement(suite, "system-err")
    return _written(root)


def problem_as_junit(name: str, problem: str) -> bytes:
    """The document of a check that could not be carried out: one error, so that no older file is taken for its result."""
    counts = {"name": _fit(name), "tests": "1", "failures": "0", "errors": "1", "time": "0.000"}
    root = Xml.Element("testsuites")
    package = PurePath(name).stem
    suite = Xml.SubElement(root, "testsuite", {**counts, "skipped": "0", **_about(0, package, datetime.now(UTC))})
    Xml.SubElement(suite, "properties")
    attributes = {"classname": _fit(package), "name": "the check can be carried out", "time": "0.000"}
    case = Xml.SubElement(suite, "testcase", attributes)
    Xml.SubElement(case, "error", {"type": "problem", "message": _fit(problem)}).text = _fit(problem)
    Xml.SubElement(suite, "system-out")
    Xml.SubElement(suite, "system-err")
    return _written(root)


def _add_case(suite: Xml.Element, package: str, verdict: Verdict) -> None:
    # Jenkins knows a test by class and name from one build to the next: both say the same whatever the outcome.
    class_name = f"{package}.{'+'.join(each.name for each in verdict.checkpoints)}"
    compared = verdict.aspect in (Aspect.AGREEMENT, Aspect.INVARIANCE)
    name = f"{verdict.case} ({verdict.aspect})" if compared else verdict.case
    attributes = {"classname": _fit(class_name), "name": _fit(name), "time": f"{verdict.seconds:.3f}"}
    case = Xml.SubElement(suite, "testcase", attributes)
    if verdict.outcome is Outcome.SKIPPED:
        Xml.SubElement(case, "skipped", {"message": _fit(verdict.skipped or "")})
    elif verdict.outcome is not Outcome.HELD:
        tag = "failure" if verdict.outcome is Outcome.FAILED else "error"
        told = Xml.SubElement(case, tag, {"type": str(verdict.aspect), "message": _fit(first_failure(verdict))})
        told.text = _fit("\n".join([headline(verdict), *details(verdict)]))


def _properties(report: Report, checkpoints: Sequence[Checkpoint]) -> Iterator[tuple[str, str]]:
    yield "file", report.name
    yield "file_sha256", report.sha256
    for each, side in zip(checkpoints, ("",) if len(checkpoints) == 1 else ("_a", "_b"), strict=True):
        yield f"checkpoint{side}", each.name
        yield f"family{side}", each.family
        yield f"source{side}", each.source
        yield f"revision{side}", each.revision
        yield f"weights_sha256{side}", each.weights_sha256
        yield f"tokenizer_sha256{side}", each.tokenizer_sha256
    for name, value in report.environment.items():
        yield name, str(value)


def _counts(name: str, verdicts: Sequence[Verdict]) -> dict[str, str]:
    counted = tally(verdicts)
    return {
        "name": _fit(name),
        "tests": str(len(verdicts)),
        "failures": str(counted[Outcome.FAILED]),
        "errors": str(counted[Outcome.ERROR]),
        "time": f"{sum(each.seconds for each in verdicts):.3f}",
    }


def _about(number: int, package: str, started_at: datetime) -> dict[str, str]:
    return {
        "id": str(number),
        "package": _fit(package),
        # Without a zone, as Ant's schema demands; it is UTC.
        "timestamp": started_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
        "hostname": _HOST,
    }


def _fit(text: str) -> str:
    """The text with an escape for every character that XML cannot hold."""
    return _UNFIT.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


def _written(root: Xml.Element) -> bytes:
    Xml.indent(root)
    document: bytes = Xml.tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"
