"""`python -m pipelines analyze`: the numbers of every view without a browser."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer
from rich.console import Console

from pipelines.analysis.filters import KEYS, read_filters

DEPTH = 5
"""Words of each list that count unless told otherwise."""


def analyze(
    view: Annotated[
        str | None,
        typer.Option(help="overlap, distributions, vocabulary, diversity, accuracy or disagreements. All without it."),
    ] = None,
    filters: Annotated[
        list[str] | None, typer.Option("--filter", help=f"key=value, may be repeated; keys: {', '.join(KEYS)}.")
    ] = None,
    depth: Annotated[
        int | None, typer.Option(min=1, max=1000, help=f"How many words of each list count; {DEPTH} without it.")
    ] = None,
    order: Annotated[
        str | None, typer.Option(help="Of the disagreements, which come first: rbo, jsd or clash; rbo without it.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, max=10_000, help="How many disagreements are listed; 50 without it.")
    ] = None,
    offset: Annotated[int | None, typer.Option(min=0, help="How many disagreements are passed over.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say what the whole history shows: agreement, sureness, vocabulary, diversity, accuracy, disagreements."""
    # scipy and the log are not needed to print --help.
    from pipelines.analysis.disagreements import ORDERS
    from pipelines.analysis.notes import notes
    from pipelines.analysis.report import Paging, View, view_as_json
    from pipelines.analysis.tables import view_as_tables
    from storage.database import Database

    if view is not None and view not in list(View):
        raise typer.BadParameter(f"{view!r} is no view: choose one of {', '.join(View)}", param_hint="--view")
    orders = {str(name): name for name in ORDERS}
    if order is not None and order not in orders:
        raise typer.BadParameter(f"{order!r} is no order: choose one of {', '.join(orders)}", param_hint="--order")
    paging = Paging(orders[order or "rbo"], 50 if limit is None else limit, offset or 0)
    chosen = [View(view)] if view is not None else list(View)
    selection = read_filters(filters or ())
    with Database.open() as database:
        found = {each: view_as_json(each, database, selection, depth or DEPTH, paging) for each in chosen}
        paging_given = any(option is not None for option in (order, limit, offset))
        said = notes(database, selection, chosen, depth_given=depth is not None, paging_given=paging_given)
    for sentence in said:
        typer.echo(sentence, err=True)
    if as_json:
        whole = found[chosen[0]] if view is not None else {str(name): figures for name, figures in found.items()}
        sys.stdout.write(json.dumps(whole, ensure_ascii=False, allow_nan=False, indent=2) + "\n")
        return
    console = Console()
    for each in chosen:
        for part in view_as_tables(each, found[each]):
            console.print(part)
