"""Where the hub is, and where its cache lies on this machine, by the variables that every tool of the hub obeys.

Read when asked, and not when a module was imported, as the hub's own library does.
"""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

from pipelines.errors import SettingsProblem

HUB = "https://huggingface.co"


def hub_cache_folder() -> Path:
    """Where the hub's own library keeps files, by the variables it documents, read now and not when it was imported."""
    from huggingface_hub import constants

    for variable, below in (("HF_HUB_CACHE", ""), ("HF_HOME", "hub")):
        if value := os.environ.get(variable):
            return Path.cwd() / Path(os.path.expandvars(value)).expanduser() / below
    return Path(constants.HF_HUB_CACHE)


def hub_endpoint() -> str:
    """Where downloads come from, as HF_ENDPOINT says. Raises `SettingsProblem`."""
    endpoint = (os.environ.get("HF_ENDPOINT") or HUB).rstrip("/")
    try:
        parts = urlsplit(endpoint)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # half an IPv6 address, a port that is no number
        usable = False
    if not usable or parts.query or parts.fragment:
        raise SettingsProblem(f"HF_ENDPOINT is '{endpoint}': give the address of a hub, such as {HUB}, or unset it.")
    if parts.username or parts.password:
        # It would stand in records and on pages.
        raise SettingsProblem("HF_ENDPOINT holds a user or a password: take them out, and set HF_TOKEN.")
    return endpoint
