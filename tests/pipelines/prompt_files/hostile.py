"""Files that people bring by mistake or in anger, made here and never stored, and what has to be said of each."""

from __future__ import annotations

import gzip
import io
import json
import random
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

GOOD = "A [MASK].\n"


@dataclass(frozen=True, slots=True)
class Hostile:
    """A file and its verdict."""

    name: str
    """Of the file, unlike that of any other: its stem is the name of the case."""
    data: Callable[[], bytes]
    refused: str | None = None
    """Words of the sentence with which the whole file is refused; the rest says what is read of one that is not."""
    asked: tuple[str, ...] | int = ()
    """The prompts, or how many there are."""
    problems: tuple[tuple[int, str], ...] = ()
    """Lines that are refused, with words of the reason: all, or the first where `n_problems` says how many there are."""
    n_problems: int | None = None
    expected: tuple[str, ...] = ()
    """The first expected word of each prompt, where it matters."""


def text(content: str, encoding: str = "utf-8") -> Callable[[], bytes]:
    return lambda: content.encode(encoding)


def zipped(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(zipfile.ZipInfo(name), GOOD)
    return out.getvalue()


def noise() -> bytes:
    """Any bytes but those that end lines, in lines of 97."""
    rows = random.Random(6).randbytes(500_000).translate(None, b"\r\n\0")
    return b"\n".join(rows[at : at + 97] for at in range(0, len(rows), 97))


def rows(header: str, *lines: str, end: str = "\n") -> Callable[[], bytes]:
    return text(end.join([header, *lines, ""]))


def objects(*found: object) -> Callable[[], bytes]:
    return text("".join(json.dumps(each) + "\n" for each in found))


NOISE_LINES = noise().count(b"\n") + 1

HOSTILE = (
    # Encodings
    Hostile("latin-1.csv", text("prompt\nA [MASK].\nCafé [MASK].\nB [MASK].\n", "latin-1"), asked=("A [MASK].", "B [MASK]."),
            problems=((3, "byte 4 of the line is 0xE9"),)),
    Hostile("cp1252.txt", text(f"{GOOD}“Quoted” [MASK].\n", "cp1252"), asked=("A [MASK].",), problems=((2, "0x93"),)),
    Hostile("utf-16.csv", text("prompt\nA [MASK].\n", "utf-16"), "UTF-16"),
    Hostile("utf-16-be-marked.csv", text("\ufeffprompt\nA [MASK].\n", "utf-16-be"), "UTF-16"),
    Hostile("utf-16-le-bare.txt", text(GOOD, "utf-16-le"), "NUL"),
    Hostile("utf-16-be-bare.txt", text(GOOD, "utf-16-be"), "NUL"),
    Hostile("utf-32.csv", text("prompt\nA [MASK].\n", "utf-32"), "UTF-32"),
    Hostile("utf-32-be.csv", text("prompt\nA [MASK].\n", "utf-32-be"), "NUL"),
    Hostile("overlong.txt", lambda: b"A [MASK].\n\xc0\xaf [MASK].\n", asked=("A [MASK].",), problems=((2, "0xC0"),)),
    Hostile("surrogate-bytes.txt", lambda: b"A [MASK].\n\xed\xa0\x80 [MASK].\n", asked=("A [MASK].",), problems=((2, "0xED"),)),
    Hostile("cut-in-a-letter.txt", lambda: b"A [MASK].\nCaf\xc3", asked=("A [MASK].",), problems=((2, "byte 4"),)),
    Hostile("bom.csv", text("\ufeffprompt\nA [MASK].\n"), asked=("A [MASK].",)),
    Hostile("bom-twice.csv", text("\ufeff\ufeffprompt\nA [MASK].\n"), asked=("A [MASK].",)),
    Hostile("bom-only.csv", text("\ufeff"), "is empty"),
    Hostile("nul-at-the-start.csv", lambda: b"\0prompt\nA [MASK].\n", "NUL"),
    Hostile("nul-in-a-cell.csv", lambda: b"prompt\nA [MASK].\nB\0 [MASK].\nC [MASK].\n", asked=("A [MASK].", "C [MASK]."),
            problems=((3, "NUL (character 2)"),)),
    Hostile("surrogate-escapes.jsonl",
            text('{"prompt": "A [MASK]."}\n{"prompt": "\\ud800 [MASK]."}\n{"prompt": "\\ud83d\\ude00 [MASK]"}\n'),
            asked=("A [MASK].", "\U0001f600 [MASK]"), problems=((2, "lone surrogate, U+D800"),)),
    # No text
    Hostile("picture.csv", lambda: b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(100), "picture"),
    Hostile("photograph.txt", lambda: b"\xff\xd8\xff\xe0\0\x10JFIF" + bytes(100), "picture"),
    Hostile("packed.csv", lambda: gzip.compress(b"prompt\nA [MASK].\n", mtime=0), "gzip"),
    Hostile("archive.csv", lambda: zipped("prompts.csv"), "ZIP"),
    Hostile("sheet.csv", lambda: zipped("[Content_Types].xml", "xl/workbook.xml"), "spreadsheet"),
    Hostile("old-sheet.csv", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504), "spreadsheet"),
    Hostile("paper.txt", lambda: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "PDF"),
    Hostile("columns.csv", lambda: b"PAR1\x15\0\x15" + bytes(50), "Parquet"),
    Hostile("program.txt", lambda: b"\x7fELF\x02\x01\x01" + bytes(50), "program"),
    Hostile("letter.txt", text("{\\rtf1\\ansi A [MASK].}"), "rich text"),
    Hostile("page.txt", text("<!DOCTYPE html><p>A [MASK].</p>"), "web page"),
    Hostile("noise.txt", noise, asked=0, problems=((1, "UTF-8"),), n_problems=NOISE_LINES),
    # Nothing, or nearly
    Hostile("empty.csv", text(""), "is empty"),
    Hostile("empty.txt", text("")),
    Hostile("empty.jsonl", text(""), "no JSON object"),
    Hostile("header.csv", text("prompt,expected\n")),
    Hostile("header-twice.csv", rows("prompt,tag", "A [MASK].,x", "prompt,tag", "B [MASK].,y"),
            asked=("A [MASK].", "B [MASK]."), problems=((3, "repeats the header"),)),
    Hostile("no-header.csv", text("The sky is [MASK].,blue\nA [MASK].,b\n"), "no header"),
    Hostile("blank-lines.csv", lambda: b"prompt\n" + b"\n" * 1_000_000 + b"A [MASK].\nno\n", asked=("A [MASK].",),
            problems=((1_000_003, "no mask"),)),
    Hostile("blank-rows.csv", lambda: b"prompt,tag\n" + b",\n" * 200_000 + b"A [MASK].,\n,x\n", asked=("A [MASK].",),
            problems=((200_003, "is empty"),)),
    # Too much
    Hostile("columns-300000.csv", lambda: ",".join(f"column {n}" for n in range(300_000)).encode() + b"\n", "header"),
    Hostile("columns-unnamed.csv", lambda: b"," * 299_999 + b"\n", "300,000 columns"),
    Hostile("cell-of-20-mb.csv", lambda: b'prompt\n"' + b"x" * 20_000_000 + b'"\nA [MASK].\n', asked=("A [MASK].",),
            problems=((2, "20,000,002 bytes"),)),
    Hostile("cell-of-20-mb-and-no-end.txt", lambda: b"A [MASK].\n" + b"x" * 20_000_000, asked=("A [MASK].",),
            problems=((2, "20,000,000 bytes"),)),
    Hostile("cell-over-lines.csv", lambda: b'prompt\n"' + (b"x" * 9_999 + b"\n") * 50 + b'"\nA [MASK].\n',
            asked=("A [MASK].",),
            problems=((2, "more than 100,000"),)),
    Hostile("cell-over-lines-and-open.csv", lambda: b'prompt\n"' + (b"x" * 9_999 + b"\n") * 50 + b"A [MASK].\n",
            asked=("A [MASK].",), problems=((2, "more than 100,000"), (3, "no mask")), n_problems=50),
    Hostile("prompt-of-1-mb.txt", lambda: b"x" * 1_000_000 + b" [MASK].\nA [MASK].\n", asked=("A [MASK].",),
            problems=((1, "1,000,008 bytes"),)),
    Hostile("prompt-of-50-kb.txt", lambda: b"x" * 50_000 + b" [MASK].\nA [MASK].\n", asked=("A [MASK].",),
            problems=((1, "50,008 characters; at most 20,000"),)),
    Hostile("objects-of-1-mb.jsonl", lambda: (b'{"prompt": "' + b"x" * 900_000 + b'"}\n') * 30, asked=0,
            problems=((1, "900,000 characters"),), n_problems=30),
    Hostile("keys-50000.jsonl", lambda: b'{"prompt": "A [MASK]."}\n' + objects({f"k{n}": 1 for n in range(50_000)})() * 10,
            "columns; at most 200"),
    Hostile("late-keys.jsonl", lambda: b'{"prompt": "A [MASK]."}\n' * 200 + objects({f"k{n}": 1 for n in range(50_000)})() * 10,
            asked=200, problems=((201, "'k0' is in none of the first 200 lines"),), n_problems=10),
    Hostile("commas.csv", lambda: b"prompt,tag\nA [MASK].,x\n" + b"," * 999_999 + b"x\nB [MASK].,y\n",
            asked=("A [MASK].", "B [MASK]."), problems=((3, "1,000,000 cells"),)),
    Hostile("header-of-5000.csv", lambda: b"x" * 5_000 + b"\nA [MASK].\n", "5,000 characters"),
    Hostile("masks-100.txt", lambda: b"[MASK] " * 100 + b"\nA [MASK].\n", asked=("A [MASK].",), problems=((1, "100 masks"),)),
    Hostile("words-51.csv", rows("prompt,expected", "A [MASK].," + "|".join(map(str, range(51))), "B [MASK].,b"),
            asked=("B [MASK].",), problems=((2, "51 expected words"),)),
    Hostile("all-bad.csv", lambda: b"prompt\n" + b"There is no mask in here.\n" * 50_000, problems=((2, "no mask"),),
            n_problems=50_000),
    # Quotes
    Hostile("open-quote.csv", rows("prompt,tag", "A [MASK].,x", '"B [MASK].,x', "C [MASK].,x", '"D, [MASK].",x'),
            asked=("A [MASK].", "C [MASK].", "D, [MASK]."), problems=((3, "never closed"),)),
    Hostile("open-quote-alone.csv", lambda: b'prompt\n"A [MASK].\n' + GOOD.encode() * 1_000, asked=1_000,
            problems=((2, "never closed"),)),
    Hostile("quote-at-the-end.csv", text('prompt,tag\nA [MASK].,x\nB [MASK].,"'), asked=("A [MASK].",),
            problems=((3, "never closed"),)),
    Hostile("text-after-a-quote.csv", rows("prompt", '"A" [MASK].', "B [MASK]."), asked=("B [MASK].",),
            problems=((2, "no CSV"),)),
    Hostile("quotes-100000.csv", lambda: b"prompt\n" + b'"' * 100_000 + b"\nA [MASK].\n", asked=("A [MASK].",),
            problems=((2, "49,999 characters"),)),
    Hostile("quotes-odd.csv", lambda: b"prompt\n" + b'"' * 99_999 + b"\nA [MASK].\n", asked=("A [MASK].",),
            problems=((2, "never closed"),)),
    Hostile("open-quotes-100000.csv", lambda: b"prompt\n" + b'"A [MASK].\n' * 100_000, problems=((2, "never closed"),),
            n_problems=100_000),
    Hostile("open-quotes-far-apart.csv", lambda: b"prompt\n" + (b'"A [MASK].\n' + b"x" * 9_000 + b"\n") * 1_000,
            problems=((2, "never closed"), (3, "no mask")), n_problems=2_000),
    # Cells
    Hostile("ragged.csv", rows("prompt,tag", "A [MASK].,x", "B [MASK].", "C, [MASK].,x", "D [MASK].,y"),
            asked=("A [MASK].", "D [MASK]."), problems=((3, "1 cell and"), (4, "3 cells and"))),
    Hostile("mixed-delimiters.csv", rows("prompt,tag", "A [MASK].,x", "B [MASK].;x", "C [MASK].\tx"), asked=("A [MASK].",),
            problems=((3, "1 cell and"), (4, "1 cell and"))),
    Hostile("formulas.csv", rows("prompt,expected", "=1+1 [MASK],=2", "@SUM(A1) [MASK],@x", "+1 [MASK],+1", "-1 [MASK],-1",
            "' [MASK],'x"),
            asked=("=1+1 [MASK]", "@SUM(A1) [MASK]", "+1 [MASK]", "-1 [MASK]", "' [MASK]"),
            expected=("=2", "@x", "+1", "-1", "'x")),
    Hostile("missing-values.csv", rows("prompt,expected", "NA [MASK],NA", "null [MASK],null", "None [MASK],None",
            "nan [MASK],nan", "NA,NA"),
            asked=("NA [MASK]", "null [MASK]", "None [MASK]", "nan [MASK]"), expected=("NA", "null", "None", "nan"),
            problems=((6, "no mask"),)),
    Hostile("numbers.csv", rows("prompt,expected", "007 [MASK],007", "1.10 [MASK],1e5"), asked=("007 [MASK]", "1.10 [MASK]"),
            expected=("007", "1e5")),
    Hostile("lines-end-with-cr.csv", rows("prompt,tag", "A [MASK].,x", "no,y", "B [MASK].,z", end="\r"),
            asked=("A [MASK].", "B [MASK]."), problems=((3, "no mask"),)),
    Hostile("line-ends-mixed.csv", lambda: b"prompt\r\nA [MASK].\nB [MASK].\rC [MASK].\nD [MASK].\r\n",
            asked=("A [MASK].", "D [MASK]."),
            problems=((3, "carriage return"),)),
    Hostile("line-ends-mixed.txt", lambda: b"A [MASK].\nB [MASK].\rC [MASK].\nD [MASK].\r\n", asked=("A [MASK].", "D [MASK]."),
            problems=((2, "carriage return"),)),
    Hostile("separators.csv", rows("prompt", "A\u2028B [MASK].", "A\x0cB [MASK].", "A\x85B [MASK].", "C [MASK]."),
            asked=("A B [MASK].", "C [MASK]."), problems=((3, "U+000C"), (4, "U+0085"))),
    Hostile("controls.csv", rows("prompt,tag", "A\x07 [MASK].,x", "B [MASK].,\x1b[31m", "C [MASK].,x"), asked=("C [MASK].",),
            problems=((2, "U+0007"), (3, "The tag holds"))),
    Hostile("header-with-controls.csv", rows("prompt,\x07", "A [MASK].,x"), "column 2"),
    Hostile("scripts.txt", text("العاصمة هي [MASK].\n👩‍👩‍👧 is a [MASK].\nZa\u0308hler [MASK].\n\u202eright [MASK]\n\u200b\n"),
            asked=("العاصمة هي [MASK].", "👩‍👩‍👧 is a [MASK].", "Zähler [MASK].", "right [MASK]"), problems=((5, "no mask"),)),
    Hostile("long-tag.csv", rows("prompt,tag", "A [MASK]., " + "x" * 61, "B [MASK]., " + "x" * 60), asked=("B [MASK].",),
            problems=((2, "61 characters; at most 60"),)),
    # JSON
    Hostile("deep.jsonl", lambda: b'{"prompt": "A [MASK]."}\n' + b"[" * 100_000 + b"\n" + b'{"prompt": ' * 90_000 + b"\n",
            asked=("A [MASK].",),
            problems=((2, "too deep"), (3, "too deep"))),
    Hostile("huge-numbers.jsonl",
            rows('{"prompt": "A [MASK].", "id": 1e999}', f'{{"prompt": 1{"0" * 5_000}}}',
                 '{"prompt": "B [MASK]", "id": -Infinity}'),
            asked=("A [MASK].", "B [MASK]"), problems=((2, "no mask"),)),
    Hostile("keys-twice.jsonl", text('{"prompt": "A [MASK]."}\n{"prompt": "B [MASK].", "prompt": "C [MASK]."}\n'),
            asked=("A [MASK].",), problems=((2, "'prompt' stands twice"),)),
    Hostile("keys-twice-at-the-end.jsonl",
            lambda: b'{"prompt": "A [MASK]."}\n{' + b"".join(b'"k%d": 1, ' % n for n in range(60_000)) + b'"k59999": 1}\n',
            asked=("A [MASK].",), problems=((2, "'k59999' stands twice"),)),
    Hostile("structures.jsonl", lambda: (objects({f"k{n}": [[[n] * 20]] for n in range(199)} | {"prompt": "A [MASK]."})()) * 30,
            asked=30),
    Hostile("array.jsonl", text('[{"prompt": "A [MASK]."},\n {"prompt": "B [MASK]."}]\n'), "JSON array"),
    Hostile("document.json", text('{\n  "prompts": ["A [MASK]."]\n}\n'), ".jsonl"),
    Hostile("values.jsonl",
            rows('{"prompt": "A [MASK]."}', '{"prompt": null}', '{"prompt": {"a": [1.10]}}', '{"prompt": true}', '"B [MASK]"',
                 '{"prompt": "C [MASK]."'),
            asked=("A [MASK].",), problems=((2, "empty"), (3, "no mask"), (4, "no mask"), (5, "no object"), (6, "no JSON"))),
)  # fmt: skip
