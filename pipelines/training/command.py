"""The two commands behind ``python -m pipelines train``: make a checkpoint, and measure finished ones."""

import logging
import platform
import tempfile
from dataclasses import replace
from pathlib import Path

import tokenizers
import torch
import transformers
from tokenizers import Tokenizer
from torch import nn
from torch.nn import functional
from transformers import BertForMaskedLM, DistilBertForMaskedLM

from pipelines.training.architecture import MaskedModel, at, build, choose_attention, encode, predict
from pipelines.training.batches import Batch, BatchSource
from pipelines.training.card import write_card
from pipelines.training.corpus import find_corpus
from pipelines.training.distillation import Distillation, copy_alternate_layers
from pipelines.training.errors import TrainingError
from pipelines.training.evaluation import measure, questions
from pipelines.training.examination import examine
from pipelines.training.facts import Facts, Training
from pipelines.training.initialisation import initialise
from pipelines.training.loop import Budget, Objective, Progress
from pipelines.training.loop import train as run_loop
from pipelines.training.recipe import Recipe, find_recipe
from pipelines.training.vocabulary import save_tokenizer
from pipelines.training.workshop import Text, text, vocabulary

log = logging.getLogger(__name__)

STATE = Path(tempfile.gettempdir()) / "maskboard-training"
"""Where vocabularies, tokenized text and saved states lie between runs: never in the project."""


def train(
    checkpoint: str,
    out: Path,
    device: str = "cpu",
    minutes: float | None = None,
    steps: int | None = None,
    corpus: Path | None = None,
    state: Path = STATE,
    threads: int = 2,
) -> Path:
    """Train one of the bundled checkpoints and write it to ``out/<checkpoint>``; a killed run goes on where it was.

    Remove ``<state>/<checkpoint>`` to start anew.

    Args:
        checkpoint: bert-mini, distilbert-mini (needs ``out/bert-mini``) or albert-mini.
        out: the folder of the checkpoints.
        device: cpu or cuda; each has a length of the recipe of its own.
        minutes: of training, in place of the recipe's; preparing the text comes on top, once.
        steps: train exactly this many steps instead; the same steps and seed give the same weights on one machine.
        corpus: folder with the ``*.txt.xz`` files; see :func:`pipelines.training.corpus.find_corpus`.
        state: folder for what is kept between runs.
        threads: processor threads.

    Returns:
        The folder of the checkpoint.

    Raises:
        TrainingError: no such recipe, device or text, no minutes, no teacher, or a state of another training.
    """
    where = _device(device)
    recipe = find_recipe(checkpoint, "cuda" if where.type == "cuda" else "cpu")
    minutes = recipe.minutes if minutes is None else minutes
    if steps is None and minutes <= 0:
        raise TrainingError(f"The minutes are {minutes:g}: give more than 0, or --steps.")
    torch.set_num_threads(threads)
    found = find_corpus(corpus)
    tokenizer = vocabulary(recipe, found, state)
    words = text(tokenizer, found, state)
    saved = state / recipe.name / "state.pt"
    saved.parent.mkdir(parents=True, exist_ok=True)
    model, objective = _assemble(recipe, words, out, where, resumed=saved.exists())
    source = BatchSource(
        words.train, recipe.shape.vocabulary_size, recipe.tokens_per_step, recipe.row_lengths,
        recipe.sentence_share, recipe.seed, where,
    )  # fmt: skip
    progress = run_loop(model, objective, source, recipe, Budget(minutes, steps), saved)
    folder = out / recipe.name
    facts = Facts(_describe(recipe, model, words, progress, steps is not None, where, threads))
    _export(model, tokenizer, recipe, folder)
    facts.save(folder)
    log.info("%s is in %s: %s", recipe.name, folder, facts.training.float32)
    return folder


def evaluate(
    folder: Path, device: str = "cpu", corpus: Path | None = None, state: Path = STATE, threads: int = 2
) -> list[Facts]:
    """Measure the checkpoint in a folder, or every checkpoint in its sub-folders, and write their model cards.

    Args:
        folder: of one checkpoint, or the folder of several.
        device: cpu or cuda.
        corpus: folder with the ``*.txt.xz`` files; the held-out articles are taken from it.
        state: folder for what is kept between runs.
        threads: processor threads.

    Raises:
        TrainingError: no checkpoint there, or no corpus.
    """
    found = find_corpus(corpus)
    torch.set_num_threads(threads)
    folders = [folder] if (folder / "config.json").exists() else [path.parent for path in folder.glob("*/config.json")]
    if not folders:
        raise TrainingError(f"There is no checkpoint in {folder}: train one with python -m pipelines train.")
    results = []
    for path, evaluation in examine(sorted(folders), found, state, _device(device)):
        facts = replace(Facts.load(path), evaluation=evaluation)
        facts.save(path)
        write_card(facts, path)
        results.append(facts)
    return results


def _device(name: str) -> torch.device:
    if name not in ("cpu", "cuda"):
        raise TrainingError(f"The device is {name!r}: choose cpu or cuda.")
    if name == "cuda" and not torch.cuda.is_available():
        raise TrainingError("This machine, or this build of torch, has no CUDA device: use --device cpu.")
    return torch.device(name)


def _assemble(recipe: Recipe, words: Text, out: Path, device: torch.device, resumed: bool) -> tuple[MaskedModel, Objective]:
    """Make the model at its start, or unfilled where a saved state will fill it, and the objective it is trained with."""
    torch.manual_seed(recipe.seed)
    model = build(recipe.family, recipe.shape)
    if isinstance(model, DistilBertForMaskedLM):
        teacher = _teacher(recipe, out)
        copy_alternate_layers(model, teacher)
        objective: Objective = Distillation(model, teacher)
        nn.Module.to(teacher, device)
        choose_attention(teacher, device)
    else:
        if not resumed:
            initialise(model, recipe.shape, words.train.tokens, recipe.seed)

        def objective(batch: Batch) -> torch.Tensor:
            logits = predict(model, at(encode(model, batch.inputs), batch.positions))
            return functional.cross_entropy(logits.float(), batch.targets)

    nn.Module.to(model, device)
    choose_attention(model, device)
    return model, objective


def _teacher(recipe: Recipe, out: Path) -> BertForMaskedLM:
    folder = out / str(recipe.teacher)
    if not (folder / "config.json").exists():
        raise TrainingError(f"{recipe.name} is distilled from {recipe.teacher}, which is not in {out}: train it first.")
    return BertForMaskedLM.from_pretrained(folder, dtype=torch.float32, local_files_only=True)


def _describe(
    recipe: Recipe, model: MaskedModel, words: Text, progress: Progress, by_steps: bool, device: torch.device, threads: int
) -> Training:
    shape = recipe.shape
    cores = {1: "one CPU core", 2: "two CPU cores"}.get(threads, f"{threads} CPU cores")
    versions = {"python": platform.python_version(), "torch": torch.__version__.partition("+")[0]}
    return Training(
        checkpoint=recipe.name,
        family=recipe.family,
        teacher=recipe.teacher,
        machine="one GPU" if device.type == "cuda" else cores,
        length="GPU" if device.type == "cuda" else "CPU",
        minutes=progress.seconds / 60,
        by_steps=by_steps,
        steps=progress.step,
        tokens=progress.tokens,
        seed=recipe.seed,
        peak_rate=recipe.peak_rate,
        warmup_steps=recipe.warmup_steps,
        tokens_per_step=recipe.tokens_per_step,
        mask_share_first=recipe.mask_share_first,
        mask_share_last=recipe.mask_share_last,
        disguise_until=recipe.disguise_until,
        vocabulary_size=shape.vocabulary_size,
        layers=shape.layers,
        hidden_size=shape.hidden_size,
        embedding_size=shape.embedding_size,
        heads=shape.heads,
        feed_forward=shape.feed_forward,
        positions=shape.positions,
        parameters=model.num_parameters(),
        train_pieces=len(words.train.tokens),
        held_out_pieces=len(words.held_out.tokens),
        versions=versions | {"transformers": transformers.__version__, "tokenizers": tokenizers.__version__},
        float32=measure(model, questions(words.held_out, shape.positions)),
    )


def _export(model: MaskedModel, tokenizer: Tokenizer, recipe: Recipe, folder: Path) -> None:
    """Write weights in float16, configuration and tokenizer; nothing else is needed to load the folder."""
    nn.Module.to(model, "cpu", torch.float16)
    model.save_pretrained(folder)
    (folder / "model.safetensors").chmod(0o644)
    save_tokenizer(tokenizer, recipe.family, recipe.shape.positions, folder)
