"""Ctrl-C ends the server as people start it, and what it had prepared to be fetched goes with it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from pathlib import Path

import httpx2
import pytest

from tests.conftest import ROOT
from tests.dashboard.test_server import STREAMLIT, environment


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_without_a_trace(how: signal.Signals, tmp_path: Path) -> None:
    places = {**environment(tmp_path), "TMPDIR": str(tmp_path), "MASKBOARD_HISTORY": str(tmp_path / "log.duckdb")}
    command = [STREAMLIT, "run", "--server.port", "0", "--server.headless", "true"]
    with subprocess.Popen(
        command, cwd=ROOT, env=places | {"PYTHONUNBUFFERED": "1"}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        said = ""
        while not (found := re.search(r"URL: (http\S+)\s", said)):
            line = process.stdout.readline()
            assert line, said
            said += line
        # The address is told before the loop runs that hears the signal: until then Python ends as it does, with a trace.
        with httpx2.Client(transport=httpx2.HTTPTransport(retries=10)) as client:
            assert client.get(f"{found[1]}/_stcore/health").is_success
        os.kill(process.pid, how)
        rest, _ = process.communicate(timeout=120)
    assert process.returncode in (0, 1, -signal.SIGTERM)
    assert "Traceback" not in rest
    assert list(tmp_path.glob("maskboard-files-*")) == []
