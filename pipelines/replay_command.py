"""`python -m pipelines replay RUN`: a run once more on the weights at hand, and how far its answers have drifted."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import RenderableType

    from pipelines.replay import Drift, Replayed

SHOWN = 20
"""Rows of the table; the JSON and the view `drifts` hold all."""


def replay_command(
    run_id: Annotated[str, typer.Argument(metavar="RUN", help="Id of a run, as History shows it.", show_default=False)],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    author: Annotated[str | None, typer.Option(help="Who asks.")] = None,
) -> None:
    """Ask everything that a run asked once more, and say how far each answer is from the one before."""
    from rich.console import Console

    from pipelines.replay import replay
    from pipelines.settings import read_settings
    from pipelines.shelf import Shelf
    from storage.log import Log

    shelf = Shelf(read_settings())
    try:
        with Log.open() as log:
            replayed = replay(run_id, log=log, shelf=shelf, author=author)
    finally:
        shelf.close()
    if as_json:
        sys.stdout.write(json.dumps(_as_json(replayed), ensure_ascii=False, allow_nan=False, indent=2) + "\n")
    else:
        console = Console()
        for part in _as_tables(replayed):
            console.print(part)


def _as_json(replayed: Replayed) -> dict[str, Any]:
    return {
        "run_id": replayed.run_id,
        "drifts": [_drift_as_json(each) for each in replayed.drifts],
        "missing": [{"checkpoint": name, "why": why} for name, why in zip(replayed.missing, replayed.reasons, strict=True)],
        "refused": [{"text": each.text, "problem": each.problem} for each in replayed.refused],
    }


def _drift_as_json(drift: Drift) -> dict[str, Any]:
    return {
        "prompt": drift.prompt.text,
        "mask_index": drift.mask_index,
        "checkpoint": drift.checkpoint_now.name,
        "revision_then": drift.checkpoint_then.revision,
        "revision_now": drift.checkpoint_now.revision,
        "same_weights": drift.same_weights,
        "depth": drift.depth,
        "n_compared": drift.n_compared,
        "max_abs_dlogp": drift.max_abs_dlogp,
        "changed_ranks": drift.changed_ranks,
    }


def _as_tables(replayed: Replayed) -> list[RenderableType]:
    """What a person wrote is `Text`: it is never read as markup."""
    from rich.table import Table
    from rich.text import Text

    table = Table("prompt", "mask", "checkpoint", "weights", "max |d ln p|", "changed places")
    for each in replayed.drifts[:SHOWN]:
        table.add_row(
            Text(each.prompt.text),
            str(each.mask_index + 1),
            Text(each.checkpoint_now.name),
            "the same" if each.same_weights else "others",
            "not known" if each.max_abs_dlogp is None else f"{each.max_abs_dlogp:.2g}",
            f"{each.changed_ranks} of {each.depth}",
        )
    shown: list[RenderableType] = [table]
    if len(replayed.drifts) > SHOWN:
        shown.append(Text(f"And {len(replayed.drifts) - SHOWN:,} more; the view drifts holds all."))
    shown += [Text(why) for why in replayed.reasons]
    shown += [Text(f"Not asked: {each.text} ({each.problem})") for each in replayed.refused]
    shown.append(Text(f"Saved: {len(replayed.drifts)} answers compared, run {replayed.run_id}"))
    return shown
