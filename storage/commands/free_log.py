"""What a command says that needs the log to itself, while another process has it open."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from storage.errors import LogLocked, StorageError


@contextmanager
def free_log(undone: str, verb: str) -> Iterator[None]:
    """Turn LogLocked into a sentence that ends with what was not done and how to do it.

    `undone` is a sentence such as "Nothing was imported."; `verb` is what to do while the dashboard is stopped.
    """
    try:
        yield
    except LogLocked as error:
        raise StorageError(
            str(error).removesuffix(error.remedy).rstrip(),
            key=error.key,
            value=error.value,
            remedy=f"{undone} If that is the dashboard, stop it with Ctrl-C where it runs, {verb}, and start it again.",
        ) from error
