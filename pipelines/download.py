"""A download of a checkpoint that a person asked for: size first, then bytes in the background, to be watched and stopped.

    plan = plan_download(entry, settings)         # one request: files, sizes, hashes
    download = Download(plan)
    download.start()
    download.progress()                           # as often as one likes
    download.cancel()                             # what arrived is kept, and the next download goes on from there

The files become visible together, after all of them are there and their hashes are right: a half download is never located.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from pipelines.catalogue import entry_named, size_in_words
from pipelines.checkpoints import require
from pipelines.errors import CheckpointError, DownloadCancelled, DownloadFailed
from pipelines.hub import problems as hub_problems
from pipelines.hub.client import HubClient, Patience
from pipelines.hub.plan import DownloadPlan, PlannedFile, open_client, plan_download
from pipelines.hub.progress import DownloadProgress, DownloadState, RateMeter
from pipelines.hub.transfer import fetch_file
from pipelines.settings import Settings
from pipelines.weights.folder import CONFIG, read_config, read_folder
from pipelines.weights.located import Located

__all__ = [
    "Download",
    "DownloadPlan",
    "DownloadProgress",
    "DownloadState",
    "Patience",
    "PlannedFile",
    "download_checkpoint",
    "plan_download",
]

_SPARE_BYTES = 50_000_000
"""Left free on the disk: a machine without any is worse than one without a checkpoint."""


class Download:
    """One download. Any thread may ask for its progress and cancel it."""

    def __init__(self, plan: DownloadPlan, patience: Patience | None = None) -> None:
        self.plan = plan
        self._patience = patience or Patience()
        self._cancelled = threading.Event()
        self._finished = threading.Event()
        # A daemon: leaving the program must not wait for the network. A partial file survives that.
        self._thread = threading.Thread(target=self._run, name=f"download {plan.entry.name}", daemon=True)
        self._lock = threading.Lock()
        self._state = DownloadState.WAITING
        self._problem: str | None = None
        self._file = ""
        self._done = {file.name: plan.present(file) for file in plan.files}
        self._meter = RateMeter()

    def start(self) -> None:
        """Begin in the background. To be called once."""
        self._thread.start()

    def cancel(self) -> None:
        """Ask it to stop; it does so at the next chunk, at the latest when the read time-out has passed."""
        self._cancelled.set()

    def wait(self, timeout: float | None = None) -> DownloadProgress:
        """Wait until it has ended, or for `timeout` seconds; how it then stands."""
        self._finished.wait(timeout)
        return self.progress()

    def progress(self) -> DownloadProgress:
        """How it stands now."""
        with self._lock:
            done, total = sum(self._done.values()), self.plan.bytes_total
            rate = self._meter.rate() if self._state is DownloadState.RUNNING else None
            return DownloadProgress(
                name=self.plan.entry.name,
                state=self._state,
                file=self._file,
                bytes_done=done,
                bytes_total=total,
                bytes_per_second=rate,
                seconds_left=(total - done) / rate if rate else None,
                problem=self._problem,
            )

    def _run(self) -> None:
        state = DownloadState.FAILED
        problem: str | None = "The download stopped for a reason that nobody foresaw: start it again to go on."
        try:
            self._fetch_all()
            state, problem = DownloadState.DONE, None
        except DownloadCancelled as error:
            state, problem = DownloadState.CANCELLED, str(error)
        except (DownloadFailed, CheckpointError) as error:
            problem = str(error)
        except OSError as error:
            problem = str(hub_problems.unwritable(error, str(self.plan.repository.folder)))
        finally:
            with self._lock:
                self._state, self._problem = state, problem
            self._finished.set()

    def _fetch_all(self) -> None:
        self._check_space()
        client = open_client(self.plan.endpoint, self._patience, self._cancelled)
        try:
            sha256 = {file.name: self._fetch(client, file) for file in sorted(self.plan.files, key=_small_first)}
        finally:
            client.close()
        repository, revision = self.plan.repository, self.plan.revision
        repository.record(revision, self.plan.endpoint, sha256)
        for file in self.plan.files:
            repository.link(revision, file.name, file.etag)
        read_folder(repository.snapshot(revision), self.plan.entry.family)

    def _fetch(self, client: HubClient, file: PlannedFile) -> str:
        def count(here: int) -> None:
            with self._lock:
                self._done[file.name] = here
                self._meter.note(sum(self._done.values()))

        with self._lock:
            self._file, self._state = file.name, DownloadState.WAITING
        with self._alone_with(file):
            with self._lock:
                self._state = DownloadState.RUNNING
            sha256 = fetch_file(client, self.plan, file, count)
        if file.name == CONFIG:
            # Before the weights: what cannot be used is not worth the wait for them.
            read_config(self.plan.whole(file), self.plan.hub_id, self.plan.entry.family)
        return sha256

    @contextmanager
    def _alone_with(self, file: PlannedFile) -> Iterator[None]:
        """The lock that every tool of the hub takes on a file, so that two downloads never write the same bytes."""
        folder = self.plan.repository.folder
        path = folder.parent / ".locks" / folder.name / f"{file.etag}.lock"
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path, mode=0o664)
        try:
            lock.acquire(cancel_check=self._cancelled.is_set)
        except Timeout as error:
            raise DownloadCancelled("The download was cancelled while another one fetched the same file.") from error
        try:
            yield
        finally:
            lock.release()

    def _check_space(self) -> None:
        place = self.plan.repository.folder
        while not place.exists():
            place = place.parent
        needed = sum(file.size - self.plan.present(file) for file in self.plan.files)
        free = shutil.disk_usage(place).free
        if needed + _SPARE_BYTES > free:
            raise DownloadFailed(
                f"{size_in_words(needed)} are to come, and {place} has {size_in_words(free)} free: free some space, or set "
                "HF_HOME to a folder on a larger disk."
            )


def _small_first(file: PlannedFile) -> tuple[bool, int]:
    """The order of fetching: config.json, which says whether the rest is of use, then by size."""
    return file.name != CONFIG, file.size


def download_checkpoint(
    name: str, settings: Settings, watch: Callable[[DownloadProgress], None], patience: Patience | None = None
) -> Located:
    """Download a checkpoint and wait for it: what `python -m pipelines models --download NAME` does.

    `watch` is told how it stands twice a second, and at the end. An interrupt from the keyboard cancels the download.
    Raises `UnknownCheckpoint`, `DownloadFailed`, `DownloadCancelled`, `CheckpointUnavailable`.
    """
    download = Download(plan_download(entry_named(name, settings), settings), patience)
    download.start()
    try:
        while (progress := download.wait(0.5)).state in (DownloadState.WAITING, DownloadState.RUNNING):
            watch(progress)
    except BaseException:
        download.cancel()
        download.wait()
        raise
    watch(progress)
    if progress.state is DownloadState.CANCELLED:
        raise DownloadCancelled(progress.problem)
    if progress.state is DownloadState.FAILED:
        raise DownloadFailed(progress.problem)
    return require(name, settings)
