"""What can go wrong between here and the hub, each as one sentence with the way out."""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Iterator

import httpx2

from pipelines.errors import DownloadFailed

_BY_HAND = "or bring the files by hand as docs/checkpoints.md tells"


def unreachable(error: Exception, url: str) -> DownloadFailed:
    """For an error of the connection: DNS, refusal, proxy, certificate, time."""
    host = httpx2.URL(url).host
    causes = tuple(_causes(error))
    if isinstance(error, httpx2.TooManyRedirects):
        return DownloadFailed(f"{host} sends the download round in circles (too many redirects): check HF_ENDPOINT.")
    if isinstance(error, httpx2.ProxyError):
        return DownloadFailed(f"The proxy does not let {host} through ({error}): check HTTPS_PROXY and NO_PROXY.")
    if isinstance(error, httpx2.TimeoutException):
        return DownloadFailed(f"{host} did not answer in time: check the network, and go on later; what arrived is kept.")
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return DownloadFailed(
            f"The name {host} cannot be found (DNS): check the network, set HTTPS_PROXY or HF_ENDPOINT, {_BY_HAND}."
        )
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return DownloadFailed(
            f"The certificate of {host} is not trusted ({error}): if a proxy opens TLS here, add its certificate to the "
            f"system's, {_BY_HAND}."
        )
    if isinstance(error, httpx2.ConnectError):
        return DownloadFailed(
            f"{httpx2.URL(url).netloc.decode()} cannot be reached: check the network, HTTPS_PROXY and HF_ENDPOINT, {_BY_HAND}."
        )
    return DownloadFailed(f"The connection to {host} broke off ({error}): go on later; what arrived is kept.")


def refused(response: httpx2.Response, hub_id: str, revision: str, attempts: int) -> DownloadFailed:
    """For an answer that is no success."""
    host, status = response.url.host, response.status_code
    if status == 404 and response.headers.get("X-Error-Code") == "RevisionNotFound":
        return DownloadFailed(f"{host} has {hub_id} but not the commit {revision} (404): check the revision in the settings.")
    if status == 404 and response.headers.get("X-Error-Code") == "EntryNotFound":
        return DownloadFailed(f"{host} lacks a file of {hub_id} that it lists ({response.url.path}, 404): try again later.")
    if status == 404:
        return DownloadFailed(
            f"{host} has no {hub_id} at the commit {revision} (404): check the id in the settings, and HF_ENDPOINT."
        )
    if status in (401, 403):
        return DownloadFailed(
            f"{host} does not give {hub_id} to everyone, or has none of that name ({status}): accept its terms on the hub "
            "and set HF_TOKEN, or correct the id."
        )
    if status == 407:
        return DownloadFailed("The proxy asks who you are (407): put user and password into HTTPS_PROXY.")
    if status == 429:
        return DownloadFailed(f"{host} wants fewer requests from here (429): go on later; what arrived is kept.")
    if status >= 500:
        return DownloadFailed(
            f"{host} cannot answer now ({status}, asked {attempts} times): go on later; what arrived is kept."
        )
    return DownloadFailed(f"{host} refused the download ({status}): check HF_ENDPOINT, {_BY_HAND}.")


def unwritable(error: OSError, place: str) -> DownloadFailed:
    """For an error of the disk."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DownloadFailed(
            f"The disk is full at {place}: free some space, or set HF_HOME to a larger disk; what arrived is kept."
        )
    return DownloadFailed(f"{place} cannot be written ({error.strerror}): check who may write there, or set HF_HOME.")


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield cause
        cause = cause.__cause__ or cause.__context__
