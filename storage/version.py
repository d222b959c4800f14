"""Which Maskboard this is: what every exported file says about its making."""

from __future__ import annotations

VERSION = "unreleased"
"""The newest heading of CHANGELOG.md, in lower case; a test holds the two together."""
