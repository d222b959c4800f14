"""What requests are made of: strict, and with a sentence under each field that the documentation shows."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, WithJsonSchema

from pipelines.ask import read_expected


def _whole(value: str) -> str:
    """JSON can hold half of a character, which no log and no tokenizer can."""
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ValueError(
            f"holds half of a character (a lone surrogate) at position {error.start + 1}; send that place again"
        ) from error
    return value


Text = Annotated[str, AfterValidator(_whole)]


def _expected(given: object) -> tuple[tuple[str, ...], ...]:
    """One sentence for whatever it is not, where a union would give one for each of its members."""
    if isinstance(given, str):
        return read_expected(_whole(given))
    if isinstance(given, list) and all(isinstance(each, str) for each in given):
        return (tuple(map(_whole, given)),) if given else ()
    if isinstance(given, list) and all(
        isinstance(each, list) and all(isinstance(word, str) for word in each) for each in given
    ):
        return tuple(tuple(map(_whole, each)) for each in given)
    raise ValueError("is no list of words, no list of such lists for the masks, and no text such as paris|Paris; france")


Expected = Annotated[
    Any,
    AfterValidator(_expected),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "array", "items": {"type": "array", "items": {"type": "string"}}},
                {"type": "array", "items": {"type": "string"}},
                {"type": "string"},
            ]
        }
    ),
]
"""Right words, as they stand in files too: a list for each mask, a list for the only one, or alternatives with `|` and masks
with `;`. Becomes a tuple of tuples."""


class Body(BaseModel):
    """A JSON body. A number is no text and a text is no number; a field that is not known is a slip of the pen."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True, hide_input_in_errors=True
    )


class Asked(BaseModel):
    """The parameters of an address; one that is not known would be a filter that does not filter."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True, hide_input_in_errors=True)


class Said(BaseModel):
    """A JSON answer, as the documentation describes it."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)
