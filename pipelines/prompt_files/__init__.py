"""Files of prompts: what a person brings to a batch, read strictly and line by line, so that nothing is guessed or lost.

`inspect` says what a file holds before anything runs, and `open_prompts` gives its prompts. `inspect_product` and
`open_product` do the same for templates that lists of words fill.
"""

from __future__ import annotations

from pipelines.prompt_files.columns import Columns
from pipelines.prompt_files.errors import Half, OtherHalfWanted, UnreadableFile
from pipelines.prompt_files.filling import read_templates
from pipelines.prompt_files.inspection import Inspection, inspect, inspect_product
from pipelines.prompt_files.kinds import FileKind
from pipelines.prompt_files.lines import Problem
from pipelines.prompt_files.products import open_product
from pipelines.prompt_files.prompts import FilePrompt
from pipelines.prompt_files.reading import Layout, open_prompts
from pipelines.prompt_files.sources import Given
from pipelines.prompt_files.templates import Template, TemplateProblem, count_prompts, read_words

__all__ = [
    "Columns",
    "FileKind",
    "FilePrompt",
    "Given",
    "Half",
    "Inspection",
    "Layout",
    "OtherHalfWanted",
    "Problem",
    "Template",
    "TemplateProblem",
    "UnreadableFile",
    "count_prompts",
    "inspect",
    "inspect_product",
    "open_product",
    "open_prompts",
    "read_templates",
    "read_words",
]
