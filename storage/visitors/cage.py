"""What a process gives up before it meets the text of a person. Runs inside that process, after everything is imported."""

from __future__ import annotations

import os
import resource
from contextlib import suppress
from pathlib import Path

NOBODY = 65534
"""The user and group that own nothing, on every Linux."""
SLACK_MB = 768
"""Address space that may be reserved and stay empty: arenas of the allocator, stacks of threads."""


def enter(folder: Path) -> None:
    """Make `folder` the whole file system where that is permitted: no path of the machine shows, and none can be reached."""
    os.chdir(folder)
    if os.geteuid() == 0:
        with suppress(OSError):
            os.chroot(".")


def drop_rights(space: int, cpu_seconds: int | None = None) -> None:
    """Never again open a file or a socket, write a byte to a file, start a process or gain a right.

    Descriptors that are open stay usable: the copy of the log, the pipes. The limit of descriptors is 0, so that no call gets
    a new one, whatever path or address it names. `space` is the address space in bytes that may be in use.
    """
    os.environ.clear()
    space += SLACK_MB * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (space, space))
    if cpu_seconds is not None:
        resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    for limit in (resource.RLIMIT_FSIZE, resource.RLIMIT_CORE, resource.RLIMIT_MSGQUEUE, resource.RLIMIT_MEMLOCK):
        resource.setrlimit(limit, (0, 0))
    if os.geteuid() == 0:
        # A container may forbid each of them; then the limits around have to do.
        with suppress(OSError):
            os.setgroups([])
        with suppress(OSError):
            os.setresgid(NOBODY, NOBODY, NOBODY)
        with suppress(OSError):
            os.setresuid(NOBODY, NOBODY, NOBODY)
    # After the change of user, which the kernel would refuse to a user with too many processes.
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def address_space() -> int:
    """Bytes of address space in use. To be asked for while files can be opened."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
