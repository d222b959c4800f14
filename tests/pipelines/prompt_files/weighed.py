"""Inspects each file of a folder and prints what came of it: `python -m tests.pipelines.prompt_files.weighed FOLDER`.

One line of JSON for each: the verdict, the seconds of the processor, and the memory in MB beyond what was in use before.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from pipelines.errors import PipelineError
from pipelines.prompt_files import inspect
from tests.storage.exports.measured import peak, settled


def verdict(path: Path) -> dict[str, object]:
    try:
        found = inspect(path)
    except PipelineError as error:
        return {"refused": str(error)}
    return {
        "n_prompts": found.n_prompts,
        "asked": [each.text for each in found.first],
        "expected": [each.expected[0][0] for each in found.first if each.expected],
        "n_problems": found.n_problems,
        "problems": [(each.line, each.reason) for each in found.problems[:20]],
    }


def main(folder: Path) -> None:
    for path in sorted(folder.iterdir()):
        before = settled()
        began = time.process_time()
        found = verdict(path)
        seconds = time.process_time() - began
        weight = {"name": path.name, "seconds": seconds, "megabytes": (peak() - before) / 1024}
        print(json.dumps(found | weight))  # noqa: T201 - the parent reads it


if __name__ == "__main__":
    main(Path(sys.argv[1]))
