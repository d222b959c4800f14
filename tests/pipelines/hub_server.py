"""A hub on this machine for tests: the real protocol over real sockets, with failures by script.

One server is the hub, a second one, on a port of its own and so another origin, is where large files are redirected to.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import unquote, urlsplit

import numpy as np
from safetensors.numpy import save

REVISION = "0123456789abcdef0123456789abcdef01234567"
HUB_ID = "team/tiny"


@dataclass(frozen=True)
class Seen:
    """One request as it came in."""

    where: str
    """`api`, `hub:<file>` or `cdn:<file>`."""
    range: str | None
    authorization: str | None
    host: str
    user_agent: str
    accept_encoding: str


@dataclass(frozen=True)
class Behaviour:
    """What one request gets instead of the plain truth."""

    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    """Sent in place of the file's bytes."""
    break_after: int | None = None
    """Close the connection after so many bytes, as if the network had gone."""
    hold_after: int | None = None
    """Set `held` after so many bytes, and go on once `release` is set."""
    ignore_range: bool = False
    wrong_range: bool = False
    """Name another part than the one that was asked for."""
    without_length: bool = False
    redirect: str | None = None
    commit: str = REVISION


@dataclass(frozen=True)
class Published:
    """One file on the hub."""

    content: bytes
    large: bool

    @property
    def etag(self) -> str:
        if self.large:
            return hashlib.sha256(self.content).hexdigest()
        return hashlib.sha1(b"blob %d\0" % len(self.content) + self.content, usedforsecurity=False).hexdigest()


class HubServer:
    """Use as a context manager; `url` is the endpoint."""

    def __init__(self) -> None:
        self.files: dict[str, Published] = {}
        self.seen: list[Seen] = []
        self.sent: dict[str, int] = {}
        """Bytes of each file that left the server."""
        self.listing: dict[str, Any] = {}
        """Merged over what the api says."""
        self.held = threading.Event()
        self.release = threading.Event()
        self._script: dict[str, list[Behaviour]] = {}
        self._always: dict[str, Behaviour] = {}
        self._lock = threading.Lock()
        self._servers = [_Server(("127.0.0.1", 0), _Handler, self, kind) for kind in ("hub", "cdn")]
        self._threads = [threading.Thread(target=server.serve_forever, args=(0.01,)) for server in self._servers]

    @property
    def url(self) -> str:
        return self._url(0)

    @property
    def cdn_url(self) -> str:
        return self._url(1)

    def publish(self, files: Mapping[str, bytes]) -> None:
        """As on the real hub, weights and pickles lie in large-file storage, the rest in Git."""
        for name, content in files.items():
            self.files[name] = Published(content, large=name.endswith((".safetensors", ".bin")))

    def script(self, where: str, *behaviours: Behaviour) -> None:
        """What the next requests there get, one after the other; then the truth again."""
        self._script.setdefault(where, []).extend(behaviours)

    def always(self, where: str, behaviour: Behaviour) -> None:
        """What every request there gets."""
        self._always[where] = behaviour

    def be_good(self) -> None:
        """The truth from now on."""
        self._always.clear()
        self._script.clear()

    def requests(self, where: str) -> list[Seen]:
        return [seen for seen in self.seen if seen.where == where]

    def next_behaviour(self, seen: Seen) -> Behaviour:
        with self._lock:
            self.seen.append(seen)
            queue = self._script.get(seen.where)
            return queue.pop(0) if queue else self._always.get(seen.where, Behaviour())

    def count(self, file: str, size: int) -> None:
        with self._lock:
            self.sent[file] = self.sent.get(file, 0) + size

    def answer(self) -> dict[str, Any]:
        """What the api says about the commit."""
        siblings: list[dict[str, Any]] = []
        for name, file in self.files.items():
            item: dict[str, Any] = {
                "rfilename": name,
                "size": len(file.content),
                "blobId": "0" * 40 if file.large else file.etag,
            }
            if file.large:
                item["lfs"] = {"sha256": file.etag, "size": len(file.content), "pointerSize": 134}
            siblings.append(item)
        return {"id": HUB_ID, "sha": REVISION, "siblings": siblings} | self.listing

    def __enter__(self) -> HubServer:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.release.set()
        for server, thread in zip(self._servers, self._threads, strict=True):
            server.shutdown()
            thread.join()
            server.server_close()

    def _url(self, index: int) -> str:
        host, port = self._servers[index].server_address[:2]
        return f"http://{host!s}:{port}"


class _Server(ThreadingHTTPServer):
    def __init__(self, address: tuple[str, int], handler: type[_Handler], hub: HubServer, kind: str) -> None:
        super().__init__(address, handler)
        self.hub = hub
        self.kind = kind


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        with suppress(ConnectionError):  # a client that cancelled has hung up
            self._get()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on the screen of whoever runs the tests."""

    def _get(self) -> None:
        hub, parts = self.server.hub, urlsplit(unquote(self.path))
        prefix = f"/{HUB_ID}/resolve/{REVISION}/"
        is_api = parts.path == f"/api/models/{HUB_ID}/revision/{REVISION}" and parts.query == "blobs=true"
        name = parts.path.removeprefix(prefix if self.server.kind == "hub" else "/cdn/")
        where = "api" if is_api else f"{self.server.kind}:{name}"
        behaviour = hub.next_behaviour(
            Seen(
                where=where,
                range=self.headers.get("Range"),
                authorization=self.headers.get("Authorization"),
                host=self.headers["Host"],
                user_agent=self.headers["User-Agent"],
                accept_encoding=self.headers["Accept-Encoding"],
            )
        )
        if behaviour.redirect is not None:
            self._send(302, {"Location": behaviour.redirect, "X-Repo-Commit": behaviour.commit})
        elif behaviour.status is not None and behaviour.status != 200:
            self._send(behaviour.status, behaviour.headers)
        elif is_api:
            body = behaviour.body if behaviour.body is not None else json.dumps(hub.answer()).encode()
            self._send(200, {"Content-Type": "application/json"}, body)
        elif name not in hub.files:
            self._send(404, {"X-Error-Code": "EntryNotFound"})
        elif self.server.kind == "hub" and hub.files[name].large:
            headers = {"X-Repo-Commit": behaviour.commit, "X-Linked-Etag": f'"{hub.files[name].etag}"'}
            self._send(302, headers | {"Location": f"{hub.cdn_url}/cdn/{name}"})
        else:
            self._file(name, hub.files[name], behaviour)

    def _file(self, name: str, file: Published, behaviour: Behaviour) -> None:
        content = file.content if behaviour.body is None else behaviour.body
        start = 0
        wanted = self.headers.get("Range")
        if wanted is not None and not behaviour.ignore_range:
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
        self.send_response(206 if start else 200)
        self.send_header("ETag", f'"{file.etag}"')
        if self.server.kind == "hub":
            self.send_header("X-Repo-Commit", behaviour.commit)
        if start:
            first = start + 1 if behaviour.wrong_range else start
            self.send_header("Content-Range", f"bytes {first}-{len(content) - 1}/{len(content)}")
        if not behaviour.without_length:
            self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        self._body(name, content[start:], behaviour)

    def _body(self, name: str, content: bytes, behaviour: Behaviour) -> None:
        hub = self.server.hub
        if behaviour.break_after is not None:
            content = content[: behaviour.break_after]
        if behaviour.hold_after is not None:
            self._write(name, content[: behaviour.hold_after])
            content = content[behaviour.hold_after :]
            hub.held.set()
            hub.release.wait()
        self._write(name, content)

    def _write(self, name: str, content: bytes) -> None:
        self.wfile.write(content)
        self.wfile.flush()
        self.server.hub.count(name, len(content))

    def _send(self, status: int, headers: Mapping[str, str], body: bytes = b"") -> None:
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


HEADS = {
    "bert": "cls.predictions.transform.dense.weight",
    "distilbert": "vocab_transform.weight",
    "albert": "predictions.dense.weight",
}
ARCHITECTURES = {"bert": "BertForMaskedLM", "distilbert": "DistilBertForMaskedLM", "albert": "AlbertForMaskedLM"}


def tiny_checkpoint(family: str = "bert", seed: int = 0, rows: int = 1_000) -> dict[str, bytes]:
    """The files of a checkpoint that is whole by its form: about 260 kB of random weights, and no torch to make them."""
    random = np.random.default_rng(seed)
    tensors = {
        "embeddings.word_embeddings.weight": random.standard_normal((rows, 64), dtype=np.float32),
        HEADS[family]: random.standard_normal((64, 64), dtype=np.float32),
    }
    config = {"model_type": family, "architectures": [ARCHITECTURES[family]], "vocab_size": rows}
    return {
        "config.json": json.dumps(config).encode(),
        "model.safetensors": save(tensors),
        "tokenizer.json": json.dumps({"version": "1.0", "seed": seed}).encode(),
        "tokenizer_config.json": b"{}",
    }


def write_folder(folder: Path, files: Mapping[str, bytes]) -> Path:
    """The files in a folder, made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder
