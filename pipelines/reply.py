"""Answers for a shell: the JSON that scripts read, and the tables that people read."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from storage.records import Agreement, AskedAnswer, Comparison, Filling, Prediction

if TYPE_CHECKING:
    from rich.console import RenderableType

    from pipelines.catalogue import CatalogueEntry
    from pipelines.checkpoints import Located, Missing


def comparison_as_json(comparison: Comparison) -> dict[str, Any]:
    """The documented JSON of `python -m pipelines ask --json`; `run_id` is null where nothing was kept."""
    prompts = comparison.prompts
    return {
        "run_id": comparison.run.run_id if comparison.saved else None,
        "prompt": prompts[0].text if prompts else None,
        "answers": [_answer(each) for each in comparison.answers],
        "agreements": [_agreement(each) for each in comparison.agreements],
    }


def comparison_as_tables(comparison: Comparison) -> list[RenderableType]:
    """For each mask a table with a column for each checkpoint, the scored words, and what was saved.

    Words and prompts are `Text`: what a person wrote is never read as markup.
    """
    from rich.text import Text

    shown: list[RenderableType] = []
    for prompt in comparison.prompts:
        shown.append(Text(prompt.text, style="bold"))
        for mask_index in range(prompt.mask_count):
            if prompt.mask_count > 1:
                shown.append(Text(f"mask {mask_index + 1}"))
            here = [each for each in comparison.answers if each.answer.mask_index == mask_index]
            shown.append(_predictions_table(here))
            if any(each.answer.candidates for each in here):
                shown.append(_candidates_table(here))
        if fillings := [each for each in comparison.fillings if each.prompt == prompt and each.rank == 1]:
            shown.append(_fillings_table(fillings))
    saved = f"Saved: {len(comparison.prompts)} prompt, {len(comparison.answers)} answers, run {comparison.run.run_id}"
    shown.append(Text(saved if comparison.saved else "Not saved."))
    return shown


def models_as_json(entries: list[tuple[CatalogueEntry, Located | Missing]]) -> list[dict[str, Any]]:
    """The catalogue and where each checkpoint is served from, as `python -m pipelines models --json` prints it."""
    return [{"name": entry.name, "family": entry.family, "hub_id": entry.hub_id, **_served(found)} for entry, found in entries]


def models_as_table(entries: list[tuple[CatalogueEntry, Located | Missing]]) -> RenderableType:
    """The same for people."""
    from rich.table import Table

    from pipelines.checkpoints import Missing, size_in_words

    table = Table("checkpoint", "served from", "size", "revision")
    for entry, found in entries:
        if isinstance(found, Missing):
            size = "" if found.download_bytes is None else size_in_words(found.download_bytes)
            table.add_row(entry.name, "not here", size, "models --download fetches it" if found.can_download else "")
        else:
            table.add_row(entry.name, str(found.source), size_in_words(found.weights_bytes), found.revision[:12])
    return table


def _served(found: Located | Missing) -> Mapping[str, Any]:
    from pipelines.checkpoints import Missing

    if isinstance(found, Missing):
        return {"available": False, "source": None, "folder": None, "revision": None, "weights_bytes": None, "why": found.why}
    return {
        "available": True,
        "source": str(found.source),
        "folder": str(found.folder),
        "revision": found.revision,
        "weights_bytes": found.weights_bytes,
        "why": None,
    }


def _answer(asked: AskedAnswer) -> dict[str, Any]:
    answer, checkpoint = asked.answer, asked.answer.checkpoint
    return {
        "checkpoint": checkpoint.name,
        "source": checkpoint.source,
        "revision": checkpoint.revision,
        "weights_sha256": checkpoint.weights_sha256,
        "mask_index": answer.mask_index,
        "reused": asked.reused,
        "latency_ms": asked.latency_ms,
        "entropy": answer.entropy,
        "sum_p_squared": answer.sum_p_squared,
        "top1_margin": answer.top1_margin,
        "word_mass": answer.word_mass,
        "predictions": [
            {
                "rank": line.rank,
                "word": line.word,
                "piece": line.piece,
                "token_id": line.token_id,
                "score": line.score,
                "logprob": line.logprob,
            }
            for line in answer.predictions
        ],
        "candidates": [
            {
                "word": each.word,
                "pieces": list(each.pieces),
                "in_vocabulary": each.in_vocabulary,
                "logprob": each.logprob,
                "rank": each.rank,
            }
            for each in answer.candidates
        ],
    }


def _agreement(agreement: Agreement) -> dict[str, Any]:
    return {
        "checkpoint_a": agreement.checkpoint_a.name,
        "checkpoint_b": agreement.checkpoint_b.name,
        "mask_index": agreement.mask_index,
        "overlap": agreement.overlap,
        "jaccard": agreement.jaccard,
        "rbo": agreement.rbo,
        "jsd_shared": agreement.jsd_shared,
        "coverage_a": agreement.coverage_a,
        "coverage_b": agreement.coverage_b,
        "top1_same": agreement.top1_same,
    }


def _predictions_table(here: Sequence[AskedAnswer]) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    table = Table(show_footer=True)
    for asked in here:
        choices = asked.answer.effective_choices
        among = "" if choices is None else f"\namong about {choices:,.0f}"
        came = "from the log" if asked.reused else "imported" if asked.latency_ms is None else f"{asked.latency_ms:.0f} ms"
        table.add_column(Text(asked.answer.checkpoint.name), footer=Text(came + among))
    for rank in range(max(each.answer.depth for each in here)):
        lines = [each.answer.predictions[rank : rank + 1] for each in here]
        table.add_row(*(Text(_scored(line[0]) if line else "") for line in lines))
    return table


def _scored(line: Prediction) -> str:
    return f"{'no score' if line.score is None else f'{line.score:.4f}'}  {line.word}"


def _candidates_table(here: Sequence[AskedAnswer]) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    table = Table("candidate", "checkpoint", "probability", "rank", "pieces")
    for number in range(len(here[0].answer.candidates)):
        for asked in here:
            each = asked.answer.candidates[number]
            table.add_row(
                Text(each.word),
                Text(asked.answer.checkpoint.name),
                "" if each.logprob is None else f"{math.exp(each.logprob):.3g}",
                "" if each.rank is None else f"{each.rank:,}",
                Text(" ".join(each.pieces) if each.in_vocabulary else "cannot be said"),
            )
        table.add_section()
    return table


def _fillings_table(fillings: Sequence[Filling]) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    table = Table("filled together", "checkpoint", "ln p", "order", title_justify="left")
    for each in fillings:
        words = " ".join(slot.word for slot in sorted(each.slots, key=lambda slot: slot.mask_index))
        table.add_row(Text(words), Text(each.checkpoint.name), f"{each.logprob:.2f}", str(each.order))
    return table
