"""`python -m pipelines analyze`: the numbers of every view without a browser."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer
from rich.console import Console

from pipelines.analysis.filters import KEYS, read_filters


def analyze(
    view: Annotated[
        str | None,
        typer.Option(help="overlap, distributions, vocabulary, diversity, accuracy or disagreements. All without it."),
    ] = None,
    filters: Annotated[
        list[str] | None, typer.Option("--filter", help=f"key=value, may be repeated; keys: {', '.join(KEYS)}.")
    ] = None,
    depth: Annotated[int, typer.Option(min=1, max=1000, help="How many words of each list count.")] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say what the whole history shows: agreement, sureness, vocabulary, diversity, accuracy, disagreements."""
    # scipy and the log are not needed to print --help.
    from pipelines.analysis.report import View, view_as_json
    from pipelines.analysis.tables import view_as_tables
    from storage.database import Database

    if view is not None and view not in list(View):
        raise typer.BadParameter(f"{view!r} is no view: choose one of {', '.join(View)}", param_hint="--view")
    chosen = [View(view)] if view is not None else list(View)
    selection = read_filters(filters or ())
    with Database.open() as database:
        found = {each: view_as_json(each, database, selection, depth) for each in chosen}
    if as_json:
        whole = found[chosen[0]] if view is not None else {str(name): figures for name, figures in found.items()}
        sys.stdout.write(json.dumps(whole, ensure_ascii=False, allow_nan=False, indent=2) + "\n")
        return
    console = Console()
    for each in chosen:
        for part in view_as_tables(each, found[each]):
            console.print(part)
