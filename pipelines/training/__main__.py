"""``python -m pipelines train``: train a checkpoint, or with ``--evaluate`` measure finished ones."""

import logging
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from pipelines.training.errors import TrainingError


def main(
    checkpoint: Annotated[str | None, typer.Option(help="bert-mini, distilbert-mini or albert-mini")] = None,
    device: Annotated[str, typer.Option(help="cpu or cuda")] = "cpu",
    minutes: Annotated[
        float | None, typer.Option(min=0.0, help="of training instead of the recipe's; preparing the text comes on top")
    ] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="exactly so many steps instead of minutes")] = None,
    out: Annotated[Path, typer.Option(help="folder of the checkpoints")] = Path("checkpoints"),
    corpus: Annotated[Path | None, typer.Option(help="folder with the *.txt.xz files")] = None,
    state: Annotated[Path | None, typer.Option(help="folder for what is kept between runs")] = None,
    threads: Annotated[int, typer.Option(min=1, help="processor threads")] = 2,
    evaluate: Annotated[Path | None, typer.Option(help="measure the checkpoints in this folder instead")] = None,
) -> None:
    """Train a bundled checkpoint, or measure finished ones and write their model cards."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    # Threads that wait for work must not spin: on a machine shared with other work they would take its cores.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    # Torch and Transformers take seconds to import; --help does not wait for them.
    from pipelines.training import command

    where = state or command.STATE
    if evaluate is not None:
        command.evaluate(evaluate, device, corpus, where, threads)
    elif checkpoint is None:
        raise TrainingError("Name what to train with --checkpoint, or what to measure with --evaluate.")
    else:
        command.train(checkpoint, out, device, minutes, steps, corpus, where, threads)


if __name__ == "__main__":
    try:
        typer.run(main)
    except TrainingError as error:
        typer.echo(str(error), err=True)
        sys.exit(2)
