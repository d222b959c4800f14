"""Starts `main` of the module that its argument names.

A file of its own: DuckDB takes a program given with `-c` for a person at a prompt and draws its progress into the rows.
"""

from __future__ import annotations

import importlib
import sys

if __name__ == "__main__":
    # Arrow imports numpy where it is there, and nobody in these processes needs it: a quarter of the work of a start.
    sys.modules["numpy"] = None  # type: ignore[assignment]
    sys.exit(importlib.import_module(sys.argv[1]).main())
