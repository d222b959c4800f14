"""Twenty everyday prompts, always the same, to see at a glance what a checkpoint has learned."""

import torch
from transformers import PreTrainedTokenizerFast

from pipelines.training.architecture import MaskedModel

PROMPTS = (
    "MLM and NSP is the [MASK] task of BERT.",
    "The capital of France is [MASK].",
    "The capital of Italy is [MASK].",
    "The capital of Germany is [MASK].",
    "The capital of Japan is [MASK].",
    "Paris is the capital of [MASK].",
    "She opened the [MASK] and looked out.",
    "The doctor said that the patient was [MASK].",
    "He was born in [MASK] and moved to London.",
    "The dog sat on the [MASK].",
    "They drank a cup of [MASK].",
    "The film was directed by [MASK].",
    "In the summer the weather is very [MASK].",
    "The book was written in [MASK].",
    "I am very [MASK] to meet you.",
    "The war ended in [MASK].",
    "Water is made of hydrogen and [MASK].",
    "The opposite of hot is [MASK].",
    "He is the [MASK] of the company.",
    "The earth moves around the [MASK].",
)


@torch.inference_mode()
def five_words(model: MaskedModel, tokenizer: PreTrainedTokenizerFast, prompt: str) -> list[str]:
    """Return the five most probable distinct words at the mask of a prompt, best first.

    A piece that continues a word is shown as the vocabulary spells it; ALBERT's word mark is left out.
    """
    inputs = tokenizer(prompt, return_tensors="pt").to(model.device)
    here = inputs["input_ids"][0] == tokenizer.mask_token_id
    ranked = model(**inputs).logits[0][here][0].topk(20).indices.tolist()
    words = [str(piece).replace("▁", "") or "▁" for piece in tokenizer.convert_ids_to_tokens(ranked)]
    return list(dict.fromkeys(words))[:5]
