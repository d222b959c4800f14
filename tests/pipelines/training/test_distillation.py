"""The student starts as its teacher's alternate layers; the losses vanish where it agrees."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch
from transformers import BertForMaskedLM, DistilBertForMaskedLM

from pipelines.training.architecture import build, encode
from pipelines.training.batches import Batch
from pipelines.training.distillation import Distillation, copy_alternate_layers, cosine_loss, soft_target_loss
from pipelines.training.recipe import Recipe, Shape


def pair(shape: Shape) -> tuple[DistilBertForMaskedLM, BertForMaskedLM]:
    torch.manual_seed(1)
    teacher, student = build("bert", shape), build("distilbert", replace(shape, layers=shape.layers // 2))
    assert isinstance(teacher, BertForMaskedLM)
    assert isinstance(student, DistilBertForMaskedLM)
    with torch.no_grad():
        teacher.get_parameter("bert.embeddings.token_type_embeddings.weight").normal_()
    copy_alternate_layers(student, teacher)
    student.train(False)
    teacher.train(False)
    return student, teacher


def test_one_copied_layer_computes_what_the_teachers_first_layer_does(tiny_bert: Recipe) -> None:
    student, teacher = pair(tiny_bert.shape)
    inputs = torch.randint(5, 600, (2, 12))
    with torch.inference_mode():
        first = teacher.bert(input_ids=inputs, output_hidden_states=True).hidden_states[1]
        assert torch.allclose(encode(student, inputs), first, atol=1e-5)


def test_the_second_layer_is_the_teachers_third(tiny_bert: Recipe) -> None:
    student, teacher = pair(replace(tiny_bert.shape, layers=4))
    mine = student.get_parameter("distilbert.transformer.layer.1.ffn.lin1.weight")
    assert torch.equal(mine, teacher.get_parameter("bert.encoder.layer.2.intermediate.dense.weight"))
    bias = student.get_parameter("vocab_projector.bias")
    assert torch.equal(bias, teacher.get_parameter("cls.predictions.bias"))


def test_soft_targets_by_hand() -> None:
    student, teacher = torch.tensor([[0.0, 0.0]]), torch.tensor([[2 * math.log(3.0), 0.0]])
    # At temperature 2 the teacher says 3/4 and 1/4, the student halves.
    divergence = 0.75 * math.log(1.5) + 0.25 * math.log(0.5)
    assert float(soft_target_loss(student, teacher)) == pytest.approx(4 * divergence, abs=1e-6)
    assert float(soft_target_loss(teacher, teacher)) == pytest.approx(0.0, abs=1e-6)


def test_cosine_looks_at_directions_only() -> None:
    hidden = torch.tensor([[[3.0, 4.0], [1.0, 0.0]]])
    assert float(cosine_loss(hidden, 5 * hidden)) == pytest.approx(0.0, abs=1e-6)
    assert float(cosine_loss(hidden, -hidden)) == pytest.approx(2.0, abs=1e-6)


def test_only_the_student_learns(tiny_bert: Recipe) -> None:
    student, teacher = pair(tiny_bert.shape)
    objective = Distillation(student, teacher)
    loss = objective(Batch(torch.randint(5, 600, (2, 12)), torch.tensor([3, 15]), torch.tensor([7, 8])))
    loss.backward()
    assert all(parameter.grad is None for parameter in teacher.parameters())
    assert all(parameter.grad is not None for parameter in student.parameters())
