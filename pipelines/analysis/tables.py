"""The figures of every view as tables for a terminal, made from the JSON that scripts read: one source for both."""

from __future__ import annotations

from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from pipelines.analysis.accuracy import METRICS
from pipelines.analysis.distributions import MEASURES
from pipelines.analysis.report import View

Json = dict[str, Any]


def view_as_tables(view: View, found: Json) -> list[RenderableType]:
    """What a person reads of a view; words and prompts are `Text`, never markup."""
    return {
        View.OVERLAP: _overlap,
        View.DISTRIBUTIONS: _distributions,
        View.VOCABULARY: _vocabulary,
        View.DIVERSITY: _diversity,
        View.ACCURACY: _accuracy,
        View.DISAGREEMENTS: _disagreements,
    }[view](found)


def _overlap(found: Json) -> list[RenderableType]:
    title = f"Do they say the same words? {_prompts(found['n_prompts'])}, first {found['depth']} words, 95 % intervals"
    table = Table("pair", "n", "overlap", "at most", "Jaccard", "RBO", "RBO at least", "JSD, bits", "same first", title=title)
    for pair in found["pairs"]:
        figures = [_interval(pair[name], pair["n"]) for name in ("overlap", "jaccard", "rbo", "jsd_shared", "top1_same")]
        figures.insert(3, f"{pair['rbo_minimum']:.3f}")
        most = pair["overlap_attainable"]
        figures.insert(1, "not known" if most is None else f"{most:.3f}")
        table.add_row(Text(f"{pair['checkpoint_a']} · {pair['checkpoint_b']}"), str(pair["n"]), *figures)
    return [table, *_verdicts(found["contrasts"])]


def _distributions(found: Json) -> list[RenderableType]:
    title = f"How sure are they? {_prompts(found['n_prompts'])}"
    table = Table("checkpoint", "measure", "n", "first quartile", "median", "third quartile", title=title)
    for each in found["summaries"]:
        quartiles = (f"{each[name]:.3f}" for name in ("low", "median", "high"))
        table.add_row(Text(each["checkpoint"]), MEASURES[each["measure"]], str(each["n"]), *quartiles)
    return [table, *_verdicts(found["pairs"])]


def _vocabulary(found: Json) -> list[RenderableType]:
    title = f"Whose words are whose? {_prompts(found['n_prompts'])} that all answered, first {found['depth']} words"
    regions = Table("said by exactly", "words", "predictions", "share of probability", "such as", title=title)
    for each in found["regions"]:
        mass = "not known" if each["mass"] is None else f"{100 * each['mass']:.1f} %"
        words = Text(", ".join(each["examples"]))
        regions.add_row(Text(", ".join(each["checkpoints"])), str(each["words"]), f"{each['predictions']:.0f}", mass, words)
    marking = Table("checkpoint", "word", "its lists", "lists of others", "z", title="Words that mark a checkpoint")
    for each in found["marking"]:
        counts = (f"{each['count']:.0f}", f"{each['other_count']:.0f}", f"{each['z']:.2f}")
        marking.add_row(Text(each["checkpoint"]), Text(each["word"]), *counts)
    return [regions, marking]


def _diversity(found: Json) -> list[RenderableType]:
    title = f"How varied are they? {_prompts(found['n_prompts'])} that all answered, rarefied to {found['size']:,} predictions"
    table = Table(
        "checkpoint", "predictions", "words", "rarefied words", "effective, q = 1", "effective, q = 2", "coverage",
        "words of its own", title=title,
    )  # fmt: skip
    for each in found["checkpoints"]:
        bands = [f"{band['expected']:.1f} ({band['low']:.1f} to {band['high']:.1f})" for band in each["rarefied"]]
        coverage = "not known" if each["coverage"] is None else f"{100 * each['coverage']:.1f} %"
        table.add_row(
            Text(each["checkpoint"]), f"{each['predictions']:,}", f"{each['words']:,}", *bands, coverage,
            f"{each['unique_words']:,}",
        )  # fmt: skip
    return [table]


def _accuracy(found: Json) -> list[RenderableType]:
    if not found["checkpoints"]:
        return [Text("No prompt of this part of the history has an expected word: give one with --expected when you ask.")]
    names = METRICS | ({} if found["mrr_depth"] is None else {"mrr": f"{METRICS['mrr']} at {found['mrr_depth']}"})
    table = Table("checkpoint", "n", *names.values(), "ECE", title="Are they right? 95 % intervals over distinct prompts")
    for each in found["checkpoints"]:
        ece = "under 100 masks" if each["ece"] is None else f"{each['ece']:.3f}"
        table.add_row(Text(each["checkpoint"]), str(each["n"]), *(_metric(each, metric) for metric in METRICS), ece)
    long = [
        Text(f"{each['checkpoint']} cannot say {_words(each['n_long'])} in one mask.")
        for each in found["checkpoints"]
        if each["n_long"]
    ]
    return [table, *long, *_verdicts(found["pairs"])]


def _metric(each: Json, metric: str) -> str:
    known = each.get(f"n_{metric}")
    if each[metric] is None and known is not None:
        return f"not known: {known} of {each['n']}"
    return _interval(each[metric], each["n"])


def _words(n: int) -> str:
    return f"{n:,} expected word{'' if n == 1 else 's'}"


def _disagreements(found: Json) -> list[RenderableType]:
    shown = len(found["rows"])
    table = Table("prompt", "mask", "pair", "RBO", "JSD", "why", title=f"Where do they part? {_page(found, shown)}")
    for each in found["rows"]:
        jsd = "not known" if each["jsd_shared"] is None else f"{each['jsd_shared']:.3f}"
        pair = Text(f"{each['a']} · {each['b']}")
        table.add_row(Text(each["prompt"]), str(each["mask_index"] + 1), pair, f"{each['rbo']:.3f}", jsd, Text(each["reason"]))
    return [table]


def _page(found: Json, shown: int) -> str:
    if not found["offset"]:
        return f"First {shown} of {found['n']:,}"
    return f"{shown} of {found['n']:,}, after the first {found['offset']:,}"


def _interval(found: Json | None, n: int) -> str:
    """`n` is that of the line: of a figure that is known of other prompts its own n is said."""
    if found is None:
        return "not known"
    if found["low"] is None:
        return f"{found['mean']:.3f} (n = {found['n']})"
    own = "" if found["n"] == n else f"; n = {found['n']}"
    return f"{found['mean']:.3f} ({found['low']:.3f} to {found['high']:.3f}{own})"


def _verdicts(differences: list[Json]) -> list[RenderableType]:
    return [Text(each["verdict"]) for each in differences]


def _prompts(n: int) -> str:
    return f"{n:,} distinct prompt{'' if n == 1 else 's'}"
