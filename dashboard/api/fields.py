"""What requests are made of: strict, and with a sentence under each field that the documentation shows."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict


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
