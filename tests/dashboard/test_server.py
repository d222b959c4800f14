"""The server as people start it: a bare `streamlit run` asks for nothing and is heard on this machine only."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import ROOT

STREAMLIT = str(Path(sys.executable).parent / "streamlit")
CONFIG = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))

AS_DESIGNED: dict[str, dict[str, object]] = {
    "server": {
        "address": "127.0.0.1",
        "enableCORS": True,
        "enableXsrfProtection": True,
        "maxUploadSize": 5,
        "maxMessageSize": 50,
        "showEmailPrompt": False,
        "enableStaticServing": False,
        "enableAgentApi": False,
        "allowedHosts": ["127.0.0.1", "localhost"],
    },
    "browser": {"gatherUsageStats": False},
    "client": {"showErrorDetails": "none", "disableDataExport": True},
}

COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def environment(home: Path) -> dict[str, str]:
    """That of a person who never started Streamlit before."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("STREAMLIT_")}
    return kept | {"HOME": str(home), "PATH": f"{Path(STREAMLIT).parent}:{os.environ['PATH']}"}


@contextmanager
def bare_start(home: Path, *options: str) -> Iterator[tuple[str, int]]:
    """Start on a terminal, as a person does; everything that was said until the address came, and the process id."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(ROOT)
        os.execve(STREAMLIT, [STREAMLIT, "run", *options], environment(home))  # noqa: S606 - no shell is wanted
    said = ""
    try:
        while not re.search(r"URL: http\S+\s", said):
            ready, _, _ = select.select([terminal], [], [], 90)
            assert ready, f"no address after 90 s: {said}"
            said += COLOURS.sub("", os.read(terminal, 4096).decode("utf-8", "replace"))
        yield said, pid
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(terminal)


def listening(pid: int) -> set[str]:
    """The addresses on which a process and its threads listen, from the kernel's own tables."""
    sockets = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        try:
            sockets.add(str(link.readlink()).removeprefix("socket:[").removesuffix("]"))
        except FileNotFoundError:
            continue
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text("ascii").splitlines()[1:]:
            columns = line.split()
            if columns[3] == "0A" and columns[9] in sockets:
                found.add(columns[1].split(":")[0])
    return found


@pytest.mark.parametrize("section", sorted(AS_DESIGNED))
def test_the_settings_are_those_of_the_design(section: str) -> None:
    assert CONFIG[section].items() >= AS_DESIGNED[section].items()


def test_each_setting_of_the_server_has_its_reason() -> None:
    lines = (ROOT / ".streamlit" / "config.toml").read_text("utf-8").split("[theme]")[0].splitlines()
    settings = [line for line in lines if "=" in line and not line.startswith("#")]
    assert len(settings) > 15
    assert [line for line in settings if " # " not in line] == []


def test_this_version_knows_every_setting(tmp_path: Path) -> None:
    shown = subprocess.run(
        [STREAMLIT, "config", "show"], cwd=ROOT, env=environment(tmp_path), capture_output=True, text=True, check=True
    )
    said = (shown.stdout + shown.stderr).lower()
    assert "not a valid config option" not in said
    assert "warning" not in shown.stderr.lower()
    for section in ("server", "browser", "client", "runner"):
        for key in CONFIG[section]:
            assert re.search(rf"^{key.lower()} = ", said, re.MULTILINE), key


@pytest.mark.skipif(sys.platform != "linux", reason="reads the kernel's tables of sockets under /proc")
def test_a_bare_start_asks_for_nothing_and_listens_on_this_machine_only(tmp_path: Path) -> None:
    with bare_start(tmp_path, "--server.port", "0", "--server.headless", "false", "--browser.serverAddress", "127.0.0.1") as (
        said,
        pid,
    ):
        assert "email" not in said.lower()
        assert "usage" not in said.lower()
        assert "warning" not in said.lower()
        assert "network url" not in said.lower()
        assert "external url" not in said.lower()
        assert listening(pid) == {"0100007F"}  # 127.0.0.1 in the byte order of the kernel's table
        port = re.search(r"URL: http://127\.0\.0\.1:(\d+)", said)
        assert port is not None
        assert not _answers(int(port[1]), "/app/static/palette.py")
        assert not _answers(int(port[1]), "/_stcore/agent/interact")
    assert not (tmp_path / ".streamlit" / "credentials.toml").exists()


def _answers(port: int, path: str) -> bool:
    """Whether the server serves something of its own there, and not the page that stands for every address."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as response:
            return "text/html" not in response.headers["Content-Type"]
    except urllib.error.HTTPError:
        return False
