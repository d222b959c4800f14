"""The downloads of this process. One runs on when the person who asked for it looks at another page, or closes the browser."""

from __future__ import annotations

import threading

from pipelines.download import Download, DownloadPlan, DownloadState

UNDER_WAY = (DownloadState.WAITING, DownloadState.RUNNING)


class Downloads:
    """At most one download for each checkpoint. Any thread may ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_name: dict[str, Download] = {}

    def of(self, name: str) -> Download | None:
        """The latest download of that checkpoint, however it stands."""
        with self._lock:
            return self._by_name.get(name)

    def start(self, plan: DownloadPlan) -> Download:
        """Begin what the plan says; a download of the same checkpoint that is under way goes on instead."""
        with self._lock:
            known = self._by_name.get(plan.entry.name)
            if known is not None and known.progress().state in UNDER_WAY:
                return known
            download = self._by_name[plan.entry.name] = Download(plan)
            download.start()
            return download

    def forget(self, name: str) -> None:
        """No longer show how it ended."""
        with self._lock:
            self._by_name.pop(name, None)

    def cancel_all(self) -> None:
        """Stop whatever is under way; what arrived is kept."""
        with self._lock:
            for download in self._by_name.values():
                download.cancel()
