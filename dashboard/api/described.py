"""What the page of documentation shows, drawn from the OpenAPI document and from nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Json = Mapping[str, Any]
METHODS = ("get", "post", "put", "delete")
DEEPEST = 3
"""Levels of an answer that are listed: answers, their predictions, and what those hold."""


@dataclass(frozen=True, slots=True)
class FieldRow:
    """A parameter, or a field of a body or an answer."""

    name: str
    """Of a field inside others: with the names of those before it, such as `answers[].rank`."""
    type: str
    required: bool
    default: str
    """As JSON; empty where there is none."""
    about: str
    choices: tuple[str, ...] = ()
    """The only values, where they are listed."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One status that a route answers with."""

    status: str
    about: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One route with one method."""

    anchor: str
    method: str
    path: str
    title: str
    about: tuple[str, ...]
    """Paragraphs."""
    path_fields: tuple[FieldRow, ...]
    query_fields: tuple[FieldRow, ...]
    body_types: tuple[str, ...]
    """Media types of the body."""
    body_fields: tuple[FieldRow, ...]
    body_note: str
    answer_fields: tuple[FieldRow, ...]
    outcomes: tuple[Outcome, ...]
    refusals: tuple[Outcome, ...]
    example: str
    """A command for a shell."""


@dataclass(frozen=True, slots=True)
class Section:
    """Routes that belong together."""

    anchor: str
    title: str
    about: str
    operations: tuple[Operation, ...]


def sections(described: Json, address: str) -> tuple[Section, ...]:
    """The whole API. `address` is where it stands, such as `http://127.0.0.1:8501/api`."""
    found = [
        (path, method, each) for path, item in described["paths"].items() for method, each in item.items() if method in METHODS
    ]
    return tuple(
        Section(
            anchor=_slug(tag["name"]),
            title=tag["name"],
            about=tag["description"],
            operations=tuple(
                _operation(path, method, each, described, address)
                for path, method, each in found
                if tag["name"] in each["tags"]
            ),
        )
        for tag in described["tags"]
    )


def _operation(path: str, method: str, said: Json, described: Json, address: str) -> Operation:
    parameters = said.get("parameters", [])
    content = said.get("requestBody", {}).get("content", {})
    first: Json = next(iter(content.values()), {})
    schema = _resolved(first.get("schema", {}), described)
    items = _resolved(schema.get("items", {}), described) if schema.get("type") == "array" else {}
    good = [(status, each) for status, each in said["responses"].items() if status.startswith("2")]
    answer: Json = next((each for _, each in good if "application/json" in each.get("content", {})), {})
    answered = answer.get("content", {}).get("application/json", {}).get("schema", {})
    return Operation(
        anchor=_slug(f"{method}-{path}"),
        method=method.upper(),
        path=path,
        title=said["summary"],
        about=tuple(" ".join(part.split()) for part in said.get("description", "").split("\n\n") if part.strip()),
        path_fields=tuple(_parameter(each, described) for each in parameters if each["in"] == "path"),
        query_fields=tuple(_parameter(each, described) for each in parameters if each["in"] == "query"),
        body_types=tuple(content),
        body_fields=tuple(_fields(items or schema, described, "[]." if items else "")),
        body_note="A list of objects, or a file as it is." if items else "",
        answer_fields=tuple(_fields(_resolved(answered, described), described, "")),
        outcomes=tuple(Outcome(status, _about(each)) for status, each in good),
        refusals=tuple(Outcome(status, each["description"]) for status, each in said["responses"].items() if status[0] in "45"),
        example=_example(path, method, said, address),
    )


def _about(said: Json) -> str:
    return "" if said["description"] == "Successful Response" else str(said["description"])


def _parameter(said: Json, described: Json) -> FieldRow:
    schema = {**_resolved(said["schema"], described), **said["schema"], "description": said.get("description", "")}
    return _row(said["name"], schema, described, required=said.get("required", False))


def _row(name: str, schema: Json, described: Json, *, required: bool) -> FieldRow:
    default = schema.get("default")
    shown = "" if default is None or default in ([], {}) else json.dumps(default, ensure_ascii=False).strip('"')
    choices = schema.get("enum") or _resolved(schema.get("items", {}), described).get("enum") or ()
    # What may be left away may be null too, and that says nothing more.
    kind = _type(schema, described) if required else _type(schema, described).removesuffix(" or null")
    return FieldRow(name, kind, required, shown, str(schema.get("description", "")), tuple(map(str, choices)))


def _fields(schema: Json, described: Json, before: str, depth: int = 1) -> Iterator[FieldRow]:
    for name, raw in schema.get("properties", {}).items():
        said = {**_resolved(raw, described), **({"description": raw["description"]} if "description" in raw else {})}
        yield _row(f"{before}{name}", said, described, required=name in schema.get("required", []))
        inner, mark = _inside(said, described)
        if inner and depth < DEEPEST:
            yield from _fields(inner, described, f"{before}{name}{mark}.", depth + 1)


def _inside(said: Json, described: Json) -> tuple[Json, str]:
    """The object that a field holds, itself or in a list, and how that is written."""
    for each in (said, *said.get("anyOf", ())):
        found = _resolved(each, described)
        if found.get("type") == "array":
            item = _resolved(found.get("items", {}), described)
            if item.get("properties"):
                return item, "[]"
        elif found.get("properties"):
            return found, ""
    return {}, ""


def _type(schema: Json, described: Json) -> str:
    schema = _resolved(schema, described)
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_type(each, described) for each in schema["anyOf"]))
    kind = schema.get("type")
    if isinstance(kind, list):
        return " or ".join(kind)
    if kind == "array":
        return f"list of {_plural(_type(schema.get('items', {}), described))}"
    return "anything" if kind is None else str(kind)


def _plural(said: str) -> str:
    return said.replace("list of", "lists of") if said.startswith("list of") else said if said == "anything" else f"{said}s"


def _resolved(schema: Json, described: Json) -> Json:
    if "$ref" not in schema:
        return schema
    found: Json = described["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return found


def _example(path: str, method: str, said: Json, address: str) -> str:
    """As `examples` of the route has it: what follows the address, and what is sent."""
    given = said.get("x-example", {})
    where = f"{address}{given.get('path', path)}"
    lines = [f'curl "{where}"' if "&" in where else f"curl {where}"]
    if said.get("security") != []:
        lines.append('-H "Authorization: Bearer $MASKBOARD_API_TOKEN"')
    if "body" in given:
        lines += ["-H 'Content-Type: application/json'", f"-d '{json.dumps(given['body'], ensure_ascii=False)}'"]
    elif "file" in given:
        lines += [f"-H 'Content-Type: {given['type']}'", f"--data-binary @{given['file']}"]
    elif method == "post":
        lines.append("-X POST")
    if "out" in given:
        lines.append(f"-o {given['out']}")
    return " \\\n  ".join(lines)


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
