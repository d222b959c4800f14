"""What a spreadsheet makes of an exported CSV: forty cells that would run, each of which stays a text."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from storage.exports import export, of_query
from storage.output import FORMULA_STARTS, Format, bare_cell
from storage.snapshots import Snapshot

PAYLOADS = (
    "=1+1",
    "=2+5+cmd|' /C calc'!A0",
    "=cmd|'/c calc.exe'!A1",
    "=DDE(\"cmd\";\"/C calc\";\"x\")",
    "=HYPERLINK(\"http://127.0.0.1:9/?x=\"&A1;\"Click\")",
    "=HYPERLINK(\"http://127.0.0.1:9\",\"Click\")",
    "=IMPORTXML(\"http://127.0.0.1:9\",\"//a\")",
    "=IMPORTDATA(\"http://127.0.0.1:9\")",
    "=WEBSERVICE(\"http://127.0.0.1:9\")",
    "=IMAGE(\"http://127.0.0.1:9/a.png\")",
    "='file:///etc/passwd'#$passwd.A1",
    "=A1",
    "=SUM(A1:A9)",
    "=NOW()",
    "=RAND()",
    "=CONCATENATE(A1;A2)",
    "={1;2;3}",
    "=\"a\"&\"b\"",
    "==1+1",
    "=+1+1",
    "= 1+1",
    "+1+1",
    "+cmd|' /C calc'!A0",
    "+SUM(1;2)",
    "++1",
    "-1+1",
    "-2+3+cmd|' /C calc'!D2",
    "--1",
    "-SUM(1;2)",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "@NOW()",
    "@A1",
    "\t=1+1",
    "\t+1",
    "\r=1+1",
    "\r-1+1",
    "=1+1\nsecond line",
    "=1,=2",
    "=1;=2",
    "=\"\"\"quoted\"\"\"",
)  # fmt: skip
ODF = {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
}


@pytest.fixture
def exported(snapshot: Snapshot, tmp_path: Path) -> Path:
    """A CSV in whose first column the payloads stand, and in whose second a number."""
    values = ", ".join(f"({number}, $p{number})" for number in range(len(PAYLOADS)))
    sql = f"SELECT payload, -number AS number FROM (VALUES {values}) AS given(number, payload) ORDER BY given.number"  # noqa: S608
    parameters = {f"p{number}": payload for number, payload in enumerate(PAYLOADS)}
    export(of_query(sql, parameters), snapshot, Format.CSV, tmp_path / "payloads.csv")
    return tmp_path / "payloads.csv"


def test_there_are_forty_of_them() -> None:
    assert len(set(PAYLOADS)) == 40
    assert {payload[0] for payload in PAYLOADS} == set(FORMULA_STARTS)


def test_no_cell_starts_as_a_formula_does(exported: Path) -> None:
    """Cell by cell, after OWASP's list of first characters."""
    rows = list(csv.reader(io.StringIO(exported.read_bytes().decode("utf-8-sig"), newline="")))[1:]
    assert all(payload.startswith("'") for payload, _ in rows)
    assert [bare_cell(payload) for payload, _ in rows] == list(PAYLOADS)
    for payload, _ in rows:
        assert not any(part.startswith(FORMULA_STARTS) for part in re.split(r"[;\t\r\n]", payload))
    assert [number for _, number in rows] == [str(-number) for number in range(len(PAYLOADS))]


@pytest.mark.parametrize("separator", ["44", "44/59"], ids=["comma", "comma and semicolon"])
def test_libreoffice_opens_each_as_text(separator: str, exported: Path, tmp_path: Path) -> None:
    if (soffice := shutil.which("soffice")) is None:
        pytest.skip("needs LibreOffice: apt-get install --no-install-recommends libreoffice-calc")
    # Separator, quote, UTF-8, from line 1, columns as they are; formulas in cells are taken for formulas.
    filters = f"CSV:{separator},34,76,1,,0,false,true,false,false,false,-1,true"
    subprocess.run(
        [soffice, f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", f"--infilter={filters}",
         "--convert-to", "fods", "--outdir", str(tmp_path), str(exported)],
        check=True, capture_output=True, timeout=240,
    )  # fmt: skip
    sheet = ET.parse(tmp_path / "payloads.fods").getroot()
    cells = [
        cell for cell in sheet.iterfind(".//table:table-row/table:table-cell", ODF) if cell.find("text:p", ODF) is not None
    ]
    assert [cell for cell in cells if f"{{{ODF['table']}}}formula" in cell.attrib] == []
    kind, value = (f"{{{ODF['office']}}}{name}" for name in ("value-type", "value"))
    assert len([cell for cell in cells if cell.get(kind) == "string"]) >= len(PAYLOADS) + 2
    # Where `;` ends a cell too, what stands between two of them in `={1;2;3}` is a number; nothing was reckoned all the same.
    within = [] if separator == "44" else [2.0]
    numbers = [float(cell.attrib[value]) for cell in cells if cell.get(kind) == "float"]
    assert sorted(numbers) == sorted([*(-float(number) for number in range(len(PAYLOADS))), *within])
