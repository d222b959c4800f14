"""A log with secrets around it, and statements run on it as the SQL page runs them."""

from __future__ import annotations

import base64
import gzip
import json
import os
import secrets
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pyarrow as pa

from dashboard.query_table import readable
from storage.database import Database
from storage.errors import StorageError
from storage.snapshots import Snapshots
from storage.visitors import SCREEN, Allowed, Limits, Refused, Value, fetch
from tests.conftest import ROOT
from tests.storage.visitors.legitimate_statements import small_log

VARIABLE = "MASKBOARD_CANARY"
"""The environment variable with a secret in it."""
FULL = os.environ.get("MASKBOARD_HOSTILE") == "all"
"""Whether every statement gets the limits of the SQL page, and runs in both modes where the check lets it through."""
PATIENT = SCREEN if FULL else replace(SCREEN, seconds=30)
"""For what is over at once: on a machine that has much to do, it is not the clock that ends it."""
HURRIED = SCREEN if FULL else replace(SCREEN, seconds=1)
"""For what only a limit ends."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one statement."""

    told: bytes
    """Everything that came back: the rows as Arrow and as the page shows them, the notices, or the error."""
    failure: StorageError | None
    """None where it was answered."""
    seconds: float
    """From the call to its end."""


@dataclass(frozen=True, slots=True)
class Scene:
    """The log, open as in a dashboard, its copy for people, and what must not be told."""

    folder: Path
    """Everything below is in it, and every user of the machine may read and write it."""
    database: Database
    snapshot: Path
    secrets: Mapping[str, str]
    """What nobody may be told, by where it is kept."""

    def sql(self, name: str, statement: str) -> str:
        """The statement with its places filled in; `name` keeps what it may write apart."""
        out = self.folder / "out" / name
        if "@OUT@" in statement:
            out.mkdir(exist_ok=True)
            out.chmod(0o777)
        places = {
            "LOG": self.database.path,
            "SNAPSHOT": self.snapshot,
            "CANARIES": self.folder / "canaries",
            "OUT": out,
            "PARENT": os.getpid(),
        }
        for place, value in places.items():
            statement = statement.replace(f"@{place}@", str(value))
        return statement

    def run(
        self, decision: Allowed | Refused, limits: Limits = PATIENT, parameters: Mapping[str, Value] | None = None
    ) -> Outcome:
        """Run it as the SQL page does."""
        started = time.monotonic()
        try:
            answer = fetch(decision, self.snapshot, limits, parameters)
        except StorageError as error:
            seconds = time.monotonic() - started
            return Outcome(f"{error} {error.value} {error.remedy}".encode("utf-8", "surrogatepass"), error, seconds)
        seconds = time.monotonic() - started
        shown = readable(answer.table)
        names = " ".join(column.name for column in shown.columns)
        return Outcome(_bytes(answer.table) + _bytes(shown.table) + " ".join([names, *answer.notices]).encode(), None, seconds)

    def leaks(self, told: bytes) -> list[str]:
        """The names of the secrets in it: as they are, in hexadecimal, or in base64."""
        return [
            name
            for name, secret in self.secrets.items()
            if any(form in told for form in (secret.encode(), secret.encode().hex().upper().encode(), _base64(secret)))
        ]

    def files(self) -> dict[str, int]:
        """Every file and folder of the scene and its size, and what a statement might have written elsewhere."""
        own = {str(entry): entry.lstat().st_size for entry in self.folder.rglob("*") if entry.is_file() or entry.is_symlink()}
        places = (ROOT, Path.cwd(), Path.home(), Path("/"), Path(tempfile.gettempdir()), Path("/dev/shm"))
        names = ("*written*", ".duckdb*", "duckdb_temp*", "*.duckdb*", "profil*", "log.csv")
        return own | {str(entry): 0 for place in places for name in names for entry in place.glob(name)}

    def sums(self) -> str:
        """sha256 of the log, its WAL and its copy, by a program of its own: no Python code opens the log."""
        files = [*self.database.path.parent.glob("log.duckdb*"), self.snapshot]
        files = sorted(file for file in files if file.is_file())
        return subprocess.run(["sha256sum", *map(str, files)], capture_output=True, text=True, check=True).stdout


@contextmanager
def staged() -> Iterator[Scene]:
    """A scene in a folder that is taken away again."""
    secret = {name: f"CANARY{name}{secrets.token_hex(12)}" for name in ("file", "name", "environment", "setting", "query")}
    before = os.environ.get(VARIABLE)
    # Not pytest's folder: that one belongs to one user, and the walls have to hold without its help.
    with tempfile.TemporaryDirectory(prefix="maskboard-hostile-") as made:
        folder = Path(made)
        for place in (folder, folder / "out", folder / "log", folder / "canaries"):
            place.mkdir(exist_ok=True)
            place.chmod(0o777)
        _plant_files(folder / "canaries", secret)
        os.environ[VARIABLE] = secret["environment"]
        try:
            with Database.open(folder / "log" / "log.duckdb") as database, Snapshots(database) as snapshots:
                small_log(database)
                _plant_rows(database, secret)
                yield Scene(folder, database, snapshots.current().path, secret)
        finally:
            os.environ.pop(VARIABLE)
            if before is not None:
                os.environ[VARIABLE] = before


def _plant_files(folder: Path, secret: Mapping[str, str]) -> None:
    text = secret["file"]
    (folder / "canary.txt").write_text(text)
    (folder / "canary.csv").write_text(f"a,{text}\n{text},2\n")
    (folder / "canary.csv.gz").write_bytes(gzip.compress(f"a,{text}\n".encode()))
    (folder / "canary.json").write_text(json.dumps({text: text}))
    (folder / f"{secret['name']}.txt").write_text("its name is the secret")
    (folder / "link.txt").symlink_to(folder / "canary.txt")
    with duckdb.connect(str(folder / "canary.duckdb")) as connection:
        connection.execute("CREATE TABLE canary AS SELECT $text AS a", {"text": text})
        connection.table("canary").write_parquet(str(folder / "canary.parquet"))


def _plant_rows(database: Database, secret: Mapping[str, str]) -> None:
    database.write(
        lambda cursor: cursor.execute(
            "INSERT INTO setting (name, value, changed_at) VALUES ('canary', $value, now()::TIMESTAMP)",
            {"value": secret["setting"]},
        )
    )
    database.write(
        lambda cursor: cursor.execute(
            "INSERT INTO saved_query (saved_query_id, name, sql, parameters, created_at)"
            " VALUES (uuid(), 'canary', $sql, '{}', now()::TIMESTAMP)",
            {"sql": secret["query"]},
        )
    )


def _bytes(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    told: bytes = sink.getvalue().to_pybytes()
    return told


def _base64(text: str) -> bytes:
    return base64.b64encode(text.encode()).rstrip(b"=")[:-1]
