"""DistilBERT: half of its teacher's layers, and three losses that make it answer like the teacher (Sanh et al. 2019)."""

import torch
from torch import Tensor
from torch.nn import functional
from transformers import BertForMaskedLM, DistilBertForMaskedLM

from pipelines.training.architecture import at, encode, predict
from pipelines.training.batches import Batch

TEMPERATURE = 2.0
SOFT_WEIGHT, MASKED_WEIGHT, COSINE_WEIGHT = 5.0, 2.0, 1.0
"""The weights of the published training of DistilBERT."""


LAYER = {
    "attention.q_lin": "attention.self.query",
    "attention.k_lin": "attention.self.key",
    "attention.v_lin": "attention.self.value",
    "attention.out_lin": "attention.output.dense",
    "sa_layer_norm": "attention.output.LayerNorm",
    "ffn.lin1": "intermediate.dense",
    "ffn.lin2": "output.dense",
    "output_layer_norm": "output.LayerNorm",
}
"""The parts of a layer by DistilBERT's name and by BERT's."""


def copy_alternate_layers(student: DistilBertForMaskedLM, teacher: BertForMaskedLM) -> None:
    """Start the student from the teacher's embeddings, head and every second layer, in place (Sanh et al. 2019, section 2)."""
    names = {
        "vocab_transform": "cls.predictions.transform.dense",
        "vocab_layer_norm": "cls.predictions.transform.LayerNorm",
    }
    for part in ("word_embeddings", "position_embeddings", "LayerNorm"):
        names[f"distilbert.embeddings.{part}"] = f"bert.embeddings.{part}"
    for depth in range(student.config.n_layers):
        for mine, theirs in LAYER.items():
            names[f"distilbert.transformer.layer.{depth}.{mine}"] = f"bert.encoder.layer.{2 * depth}.{theirs}"
    for mine, theirs in names.items():
        student.get_submodule(mine).load_state_dict(teacher.get_submodule(theirs).state_dict())
    with torch.no_grad():
        # DistilBERT has no sentence types; the teacher's first type is part of every one of its words.
        first_type = teacher.get_parameter("bert.embeddings.token_type_embeddings.weight")[0]
        student.get_parameter("distilbert.embeddings.position_embeddings.weight").add_(first_type)
        student.get_parameter("vocab_projector.bias").copy_(teacher.get_parameter("cls.predictions.bias"))


def soft_target_loss(student: Tensor, teacher: Tensor, temperature: float = TEMPERATURE) -> Tensor:
    """Return the Kullback-Leibler divergence from teacher to student at a temperature, times its square (Hinton et al. 2015).

    Args:
        student, teacher: logits, shape (masked, vocabulary).
        temperature: divides both.
    """
    soft_student = functional.log_softmax(student.float() / temperature, dim=-1)
    soft_teacher = functional.log_softmax(teacher.float() / temperature, dim=-1)
    return functional.kl_div(soft_student, soft_teacher, reduction="batchmean", log_target=True) * temperature**2


def cosine_loss(student: Tensor, teacher: Tensor) -> Tensor:
    """Return the mean of 1 - cos between hidden states, shapes (rows, length, hidden)."""
    return (1 - functional.cosine_similarity(student.float(), teacher.float(), dim=-1)).mean()


class Distillation:
    """The objective of a student: soft targets, masked pieces and directions of hidden states, as a weighted mean."""

    def __init__(self, student: DistilBertForMaskedLM, teacher: BertForMaskedLM) -> None:
        self.student = student
        self.teacher = teacher.requires_grad_(False)
        self.teacher.train(False)

    def __call__(self, batch: Batch) -> Tensor:
        """Return the weighted mean of the three losses of a batch, in nats where they are."""
        with torch.no_grad():
            teacher_hidden = encode(self.teacher, batch.inputs)
            teacher_logits = predict(self.teacher, at(teacher_hidden, batch.positions))
        hidden = encode(self.student, batch.inputs)
        logits = predict(self.student, at(hidden, batch.positions))
        total = (
            SOFT_WEIGHT * soft_target_loss(logits, teacher_logits)
            + MASKED_WEIGHT * functional.cross_entropy(logits.float(), batch.targets)
            + COSINE_WEIGHT * cosine_loss(hidden, teacher_hidden)
        )
        return total / (SOFT_WEIGHT + MASKED_WEIGHT + COSINE_WEIGHT)
