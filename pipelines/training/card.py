"""The model card: README.md of a checkpoint, written from its recorded facts and nothing else."""

from pathlib import Path

from pipelines.training.corpus import HELD_OUT_EVERY
from pipelines.training.facts import REFERENCE, Accuracy, Evaluation, Facts, Training

FAMILIES = {
    "bert": ("BERT", "Devlin et al. 2019, arXiv:1810.04805"),
    "distilbert": ("DistilBERT", "Sanh et al. 2019, arXiv:1910.01108"),
    "albert": ("ALBERT", "Lan et al. 2020, arXiv:1909.11942"),
}

DATA = """\
| text | licence |
|---|---|
| English Wikipedia of spring 2015, 24,837 articles, by the authors named in each article's history | [CC BY-SA 3.0] |
| 62 English novels of 1880 to 1928 | public domain |
| OpenStax *World History*, openstax.org | [CC BY 4.0] |
| CIA *World Factbook*, prose | public domain |

The weights are offered under [CC BY-SA 4.0], which CC BY-SA 3.0 allows for what is made from such text; Maskboard's code is \
under Apache-2.0. Whether weights are an adaptation of the text they were trained on is not settled; this holds either way.

[CC BY-SA 4.0]: https://creativecommons.org/licenses/by-sa/4.0/
[CC BY-SA 3.0]: https://creativecommons.org/licenses/by-sa/3.0/
[CC BY 4.0]: https://creativecommons.org/licenses/by/4.0/
"""

LIMITS = """\
- Small, and trained for minutes where the full-size checkpoints took days: it knows frequent words, grammar and the plainest \
facts, and states wrong ones with the same ease. Not a source of knowledge.
- Its world ends in 2015 and is told by an encyclopedia and by novels a century old. It repeats their biases, of sex, origin, \
religion and class among others. Do not use it to judge people.
- English, lower case. Prompts of up to {positions} pieces.
- The two losses of different vocabularies cannot be compared piece by piece: pieces are not of one length.
"""


def write_card(facts: Facts, folder: Path) -> None:
    """Write ``README.md`` into the folder of a checkpoint."""
    (folder / "README.md").write_text(render(facts), encoding="utf-8")


def render(facts: Facts) -> str:
    """Return the card as Markdown; without an evaluation it says how to get one."""
    training = facts.training
    parts = [_heading(training), _making(training)]
    parts.append(_figures(training, facts.evaluation) if facts.evaluation else _unmeasured())
    parts.append("## Limits\n\n" + LIMITS.format(positions=training.positions))
    return "\n".join(parts)


def _heading(training: Training) -> str:
    family, paper = FAMILIES[training.family]
    embedding = (
        f", embeddings of {training.embedding_size} widened to {training.hidden_size}, all layers sharing one set of weights"
        if training.family == "albert"
        else ""
    )
    kind = "Unigram" if training.family == "albert" else "WordPiece"
    return f"""\
---
language: en
license: cc-by-sa-4.0
library_name: transformers
pipeline_tag: fill-mask
---

# {training.checkpoint}

A small masked language model of the {family} architecture ({paper}), trained from scratch by Maskboard's own recipe \
(`pipelines/training`). **It is Maskboard's own checkpoint, not one of Google's or Hugging Face's**, \
and shares no weights with them.

{training.layers} layers of {training.hidden_size}, {training.heads} heads, feed-forward {training.feed_forward}{embedding}; \
{training.vocabulary_size:,} lower-case {kind} pieces of its own; {training.positions} positions; \
{training.parameters:,} parameters, stored as float16.
"""


def _making(training: Training) -> str:
    teacher = (
        f"It started from alternate layers of {training.teacher} and was distilled from it with the three losses of the paper: "
        "soft targets at temperature 2, masked pieces, cosine of hidden states (weights 5, 2, 1)."
        if training.teacher
        else "It started from word vectors of the corpus (singular value decomposition of positive pointwise "
        "mutual information, Levy & Goldberg 2014), sinusoidal positions and a first attention that looks at the neighbours "
        "(after the mimetic initialisation of Trockman & Kolter 2023)."
    )
    disguised = "80 % of them shown as [MASK], 10 % as a random piece, 10 % as they are"
    disguise = {0.0: "each shown as [MASK]", 1.0: disguised}.get(
        training.disguise_until,
        f"in the first {100 * training.disguise_until:.0f} % of the training {disguised}, later every one as [MASK]",
    )
    repeat = (
        f"The schedule followed the steps: `--steps {training.steps}` and as many threads repeats it exactly on one machine."
        if training.by_steps
        else "The schedule followed the minutes, so the pieces read depend on the machine and on what else it was doing."
    )
    repeat = f"{repeat} {training.remark}".strip()
    versions = ", ".join(f"{name} {version}" for name, version in training.versions.items())
    return f"""\
## Training

| | |
|---|---|
| length of the recipe | {training.length}: {training.machine} |
| minutes | {training.minutes:.1f} |
| steps | {training.steps:,} of about {training.tokens_per_step:,} pieces |
| pieces read | {training.tokens:,} |
| pieces in the training text | {training.train_pieces:,} |
| seed | {training.seed} |
| versions | {versions} |

{teacher} AdamW (0.9, 0.98), weight decay 0.01, clipping 1.0, peak rate {training.peak_rate:g}, \
{training.warmup_steps} steps of warm-up, linear decay to zero; no dropout; \
{100 * training.mask_share_first:.0f} % of the pieces chosen at first, \
{100 * training.mask_share_last:.0f} % at the end; {disguise}; 30 % of the batches are single sentences. \
{repeat}

{DATA}
Every {HELD_OUT_EVERY}th article was kept aside ({training.held_out_pieces:,} pieces) and never trained on, nor were the \
vocabulary and the word vectors made from it.
"""


def _figures(training: Training, found: Evaluation) -> str:
    prompts = "\n".join(f"| {prompt} | {', '.join(words)} |" for prompt, words in found.prompts.items())
    probes = "\n".join(
        f"| {probe.name} | {probe.figure} | {probe.percent:.1f} % | {probe.answered} of {probe.asked} |"
        for probe in found.probes
        if probe.answered
    )
    compared = ""
    if training.checkpoint != REFERENCE and found.times_bert_speed is not None and found.share_of_bert is not None:
        compared = (
            f" That is {found.times_bert_speed:.2f} times the speed of {REFERENCE}, measured in turns with it in the same run, "
            f"with {100 * found.share_of_bert:.0f} % of its parameters."
        )
    card = f"""\
## Held-out figures

{found.accuracy.masks:,} masks in {found.row_length}-piece rows of the held-out articles; 15 % of the pieces covered, \
each by [MASK].

| | loss (nats) | top 1 | top 5 |
|---|---|---|---|
{_row(f"**{training.checkpoint}**, as shipped (float16)", found.accuracy)}
{_row("the same, masked as in training: 80 % [MASK], 10 % a random piece, 10 % the piece itself", found.disguised)}
{_row("before rounding to float16", training.float32)}
{_row("counts: between the pieces on either side", found.baselines.between)}
{_row("counts: trigram, after the two pieces before", found.baselines.trigram)}
{_row("counts: unigram, the most frequent pieces", found.baselines.unigram)}

The counts are taken over all the training text, smoothed, and see the neighbours as the checkpoint does, masked ones as masks.

{found.megabytes:.2f} MB of weights. 32 prompts of 32 pieces take {found.milliseconds:.1f} ms.{compared}

## What it says

| prompt | five words, most probable first |
|---|---|
{prompts}
"""
    if not found.probes:
        return card
    return f"""{card}
## Published probes

Questions with an answer that is not one whole piece of the vocabulary are left out. CPRAG, ROLE and NEG: Ettinger 2020; \
oLMpics: Talmor et al. 2020; ParaRel: Elazar et al. 2021.

| questions | figure | | answered |
|---|---|---|---|
{probes}
"""


def _row(name: str, accuracy: Accuracy) -> str:
    return f"| {name} | {accuracy.loss:.3f} | {accuracy.top_1:.1f} % | {accuracy.top_5:.1f} % |"


def _unmeasured() -> str:
    return "## Held-out figures\n\nNot yet measured: run `python -m pipelines train --evaluate` on this folder.\n"
