"""Requests to the hub: patient, interruptible, and giving the token to nobody else.

Own code over an HTTP library, because huggingface_hub 2.4.0 does not give what a person who waits for 440 MB needs: it
deletes the partial file when a download breaks off, so nothing can resume in another process; it waits with
`time.sleep`, which cancel cannot interrupt; over plain HTTP it compares sizes and no SHA-256; it reads HF_ENDPOINT once,
when it is imported; and its requests tell the versions of Python and libraries, and an id of the session. Its layout of
the cache is kept, its locks, and its HTTP library, which honours HTTP_PROXY, HTTPS_PROXY and NO_PROXY and trusts the
certificates of the system.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import quote

import httpx2

from pipelines.errors import DownloadCancelled, DownloadFailed
from pipelines.hub import problems as hub_problems

_AGAIN_LATER = (408, 429, 500, 502, 503, 504)
_TRANSIENT = (httpx2.TimeoutException, httpx2.NetworkError, httpx2.RemoteProtocolError, httpx2.ProxyError)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to go on trying. All times in seconds."""

    attempts: int = 5
    """Requests that may fail in a row; a megabyte that arrives starts the count anew."""
    first_wait: float = 1.0
    """Before the second attempt; doubled before each further one."""
    longest_wait: float = 30.0
    """Also where the hub asks for longer with Retry-After."""
    connect_timeout: float = 10.0
    read_timeout: float = 20.0
    """Without a byte for this long, the request is made again from where it stood."""


class HubClient:
    """One person's requests to one hub. Not shared between threads, except that any thread may set `cancelled`."""

    def __init__(self, endpoint: str, token: str | None, patience: Patience, cancelled: threading.Event) -> None:
        self.endpoint = endpoint
        self.patience = patience
        self.cancelled = cancelled
        # Identity: what is counted, resumed and hashed must be the bytes of the file.
        headers = {"User-Agent": "maskboard", "Accept-Encoding": "identity"}
        if (allowed := _token_for(endpoint, token)) is not None:
            headers["Authorization"] = f"Bearer {allowed}"  # dropped by the library on a redirect to another origin
        try:
            self._http = httpx2.Client(
                follow_redirects=True,
                max_redirects=10,
                timeout=httpx2.Timeout(patience.read_timeout, connect=patience.connect_timeout),
                headers=headers,
            )
        except (ValueError, ImportError, httpx2.InvalidURL) as error:
            raise DownloadFailed(f"HTTPS_PROXY or HTTP_PROXY cannot be used ({error}): correct it, or unset it.") from error

    def close(self) -> None:
        self._http.close()

    def model_url(self, hub_id: str, revision: str) -> str:
        """What the hub knows about a commit, with the size and hash of each file."""
        return f"{self.endpoint}/api/models/{quote(hub_id)}/revision/{revision}?blobs=true"

    def file_url(self, hub_id: str, revision: str, file: str) -> str:
        return f"{self.endpoint}/{quote(hub_id)}/resolve/{revision}/{quote(file)}"

    @contextmanager
    def get(self, url: str, offset: int = 0) -> Iterator[httpx2.Response]:
        """One GET, from this byte on. Errors of the transport come out as they are, for the caller to try again."""
        headers = {"Range": f"bytes={offset}-"} if offset else {}
        with self._http.stream("GET", url, headers=headers) as response:
            yield response

    def attempts(self) -> Attempts:
        """A fresh count of attempts."""
        return Attempts(self.patience, self.cancelled)


class Attempts:
    """Counts attempts, and waits between them as long as nobody cancels."""

    def __init__(self, patience: Patience, cancelled: threading.Event) -> None:
        self._patience = patience
        self._cancelled = cancelled
        self.made = 0

    def start(self) -> None:
        """Before each request. Raises `DownloadCancelled`."""
        self.check()
        self.made += 1

    def check(self) -> None:
        """Raises `DownloadCancelled` once a person cancelled."""
        if self._cancelled.is_set():
            raise DownloadCancelled("The download was cancelled: start it again to go on where it stopped.")

    def forgive(self) -> None:
        """Enough arrived to say that the hub is there."""
        self.made = 1

    def may_repeat(self, problem: Exception | httpx2.Response) -> bool:
        """Whether this may pass; if so, returns only after the pause that goes before the next attempt."""
        if self.made >= self._patience.attempts:
            return False
        asked = 0.0
        if isinstance(problem, httpx2.Response):
            if problem.status_code not in _AGAIN_LATER:
                return False
            asked = retry_after(problem.headers.get("Retry-After"), datetime.now(UTC))
        elif not isinstance(problem, _TRANSIENT):
            return False
        pause = max(asked, self._patience.first_wait * 2 ** (self.made - 1))
        self._cancelled.wait(min(pause, self._patience.longest_wait))
        self.check()
        return True


def fetch_json(client: HubClient, hub_id: str, revision: str) -> object:
    """What the hub knows about the commit. Raises `DownloadFailed` with one sentence, `DownloadCancelled`."""
    url = client.model_url(hub_id, revision)
    attempts = client.attempts()
    while True:
        attempts.start()
        try:
            with client.get(url) as response:
                response.read()
        except httpx2.HTTPError as error:
            if not attempts.may_repeat(error):
                raise hub_problems.unreachable(error, url) from error
            continue
        if response.is_success:
            try:
                return response.json()
            except ValueError as error:
                raise DownloadFailed(
                    f"{response.url.host} does not answer as a hub does (no JSON): check HF_ENDPOINT, and whether a "
                    "log-in page of the network stands between."
                ) from error
        if not attempts.may_repeat(response):
            raise hub_problems.refused(response, hub_id, revision, attempts.made)


def retry_after(value: str | None, now: datetime) -> float:
    """Seconds that a Retry-After header asks for, in either of its forms; 0 where there is none or it makes no sense."""
    if value is None:
        return 0.0
    if value.strip().isdecimal():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return 0.0
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds())


def _token_for(endpoint: str, token: str | None) -> str | None:
    """The token, unless it would cross a network in clear text."""
    url = httpx2.URL(endpoint)
    if not token or not (url.scheme == "https" or url.host in ("localhost", "127.0.0.1", "::1")):
        return None
    if not (token.isascii() and token.isprintable()) or " " in token:
        raise DownloadFailed("HF_TOKEN holds characters that no token has: copy it again from the hub, or unset it.")
    return token
