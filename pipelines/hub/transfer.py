"""One file from the hub into the cache: resumed where it broke off, checked by its hash, put in place in one step."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import httpx2

from pipelines.errors import DownloadFailed
from pipelines.hub import problems as hub_problems
from pipelines.hub.cache import matches_etag
from pipelines.hub.client import Attempts, HubClient
from pipelines.hub.plan import DownloadPlan, PlannedFile
from pipelines.weights.hashes import sha256_of

_FORGIVEN_BYTES = 1_000_000
"""So much in one attempt shows that the connection works, and the count of attempts starts anew."""

Count = Callable[[int], None]
"""Told how many bytes of the file are here, each time that changes."""


def fetch_file(client: HubClient, plan: DownloadPlan, file: PlannedFile, count: Count) -> str:
    """Bring the file's bytes to their place in the cache and give their SHA-256. The caller holds the file's lock.

    What is there already is used: whole if its hash is right, else the partial file from its end on.
    Raises `DownloadFailed` with one sentence (also for a wrong hash, and then the bytes are removed),
    `DownloadCancelled` with the partial file kept, `OSError` for the disk.
    """
    for whole in (plan.repository.blob(file.etag), plan.repository.pointer(plan.revision, file.name)):
        if whole.is_file():
            sha256 = sha256_of(whole)
            if matches_etag(whole, sha256, file.etag):
                count(file.size)
                return sha256
            whole.unlink()  # damaged on this machine: who downloads again means to have it mended
    partial = plan.partial(file)
    partial.parent.mkdir(parents=True, exist_ok=True)
    _grow(client, plan, file, partial, count)
    sha256 = sha256_of(partial)
    if not matches_etag(partial, sha256, file.etag):
        partial.unlink()
        count(0)
        raise DownloadFailed(
            f"What arrived as {file.name} is not what the hub says it is (its hash differs), and was removed: start the "
            "download again; if it happens again, look at what stands between here and the hub."
        )
    blob = plan.repository.blob(file.etag)
    blob.parent.mkdir(parents=True, exist_ok=True)
    partial.replace(blob)
    return sha256


def _grow(client: HubClient, plan: DownloadPlan, file: PlannedFile, partial: Path, count: Count) -> None:
    """Fetch until the partial file has its full size and is on the disk."""
    url = client.file_url(plan.hub_id, plan.revision, file.name)
    attempts = client.attempts()
    with partial.open("ab") as target:
        while (offset := target.seek(0, os.SEEK_END)) != file.size:
            if offset > file.size:
                target.truncate(0)
                continue
            count(offset)
            attempts.start()
            problem = _attempt(client, url, plan, file, target, count, attempts)
            if problem is None:
                continue
            if target.seek(0, os.SEEK_END) - offset >= _FORGIVEN_BYTES:
                attempts.forgive()
            if not attempts.may_repeat(problem):
                if isinstance(problem, httpx2.Response):
                    raise hub_problems.refused(problem, plan.hub_id, plan.revision, attempts.made)
                raise hub_problems.unreachable(problem, url) from problem
        os.fsync(target.fileno())


def _attempt(
    client: HubClient,
    url: str,
    plan: DownloadPlan,
    file: PlannedFile,
    target: BinaryIO,
    count: Count,
    attempts: Attempts,
) -> httpx2.Response | httpx2.HTTPError | None:
    """Append what one request gives; what went wrong with it, or None where it is time to look at the size again."""
    offset = target.tell()
    try:
        with client.get(url, offset) as response:
            if response.status_code == 416 and offset > 0:
                target.truncate(0)  # the server holds that our beginning is no part of the file
                return None
            if not response.is_success:
                return response
            _check_commit(response, plan)
            if response.status_code == 206 and not _starts_at(response, offset):
                target.truncate(0)
                return httpx2.RemoteProtocolError(f"another part than the one from byte {offset}")
            if response.status_code != 206 and offset > 0:
                target.truncate(0)  # the whole file comes, though its rest was asked for
                offset = 0
            for chunk in response.iter_bytes():
                attempts.check()
                offset += len(chunk)
                if offset > file.size:
                    raise DownloadFailed(f"More bytes arrive for {file.name} than the hub says it has: check HF_ENDPOINT.")
                target.write(chunk)
                count(offset)
    except httpx2.HTTPError as error:
        return error
    return None if offset == file.size else httpx2.RemoteProtocolError(f"{offset} of {file.size} bytes")


def _starts_at(response: httpx2.Response, offset: int) -> bool:
    return response.headers.get("Content-Range", "").startswith(f"bytes {offset}-")


def _check_commit(response: httpx2.Response, plan: DownloadPlan) -> None:
    """The hub names the commit it serves on its own answer, before it redirects to where the bytes lie."""
    served = next((r.headers["X-Repo-Commit"] for r in (*response.history, response) if "X-Repo-Commit" in r.headers), None)
    if served != plan.revision:
        raise DownloadFailed(
            f"The hub serves the commit {served or '(unnamed)'} of {plan.hub_id} instead of the pinned {plan.revision}: "
            "nothing of it was kept; check HF_ENDPOINT."
        )
