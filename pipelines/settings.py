"""What a person may choose: where checkpoints lie, and which further ones are in the catalogue.

Read from the environment and from one TOML file; the environment wins. The file is `maskboard.toml` at the project's
root, or the one that `MASKBOARD_SETTINGS` names:

    models_dir = "/srv/models"              # holds one folder per checkpoint, named as in the catalogue
    api_token = "..."                       # opens the HTTP API to programs that send it; without one it is off

    [checkpoints.bert-base-uncased]         # a checkpoint of the catalogue, read from this folder
    folder = "/srv/models/bert"

    [checkpoints.our-bert]                  # one more masked language model, from a folder
    folder = "our-bert"                     # relative to this file

    [checkpoints.their-bert]                # or from the hub, pinned to a commit
    hub_id = "their-team/their-bert"
    revision = "0123456789abcdef0123456789abcdef01234567"

Other MASKBOARD_ variables belong to other parts and are left alone.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import platformdirs
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    ValidationError,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from pipelines.errors import SettingsProblem
from pipelines.hub.places import HUB, hub_cache_folder, hub_endpoint

PROJECT_ROOT = Path(__file__).resolve().parents[1]
BUNDLED_DIR = PROJECT_ROOT / "pipelines" / "bundled"


def _hub_id(value: str) -> str:
    """By the rules of the hub's own library, which would refuse it later with a trace."""
    from huggingface_hub.utils import validate_repo_id  # type: ignore[attr-defined]  # public, exported lazily

    validate_repo_id(value)  # its error is a ValueError, which pydantic reports with the key
    return value


_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]{16,512}=*")


def _token(value: SecretStr) -> SecretStr:
    if _TOKEN.fullmatch(value.get_secret_value()) is None:
        raise ValueError("no token")  # the sentence is made of `_REMEDIES`, and never of the value
    return value


# A name is also the name of a folder: nothing that could climb out of one.
CheckpointName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,95}$")]
HubId = Annotated[str, AfterValidator(_hub_id)]
# A branch or a tag can be moved under the same name, and then an answer would no longer name its weights.
Revision = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{40}$")]
# What may stand behind "Bearer" in a header (RFC 6750, section 2.1). Nothing written is no token.
ApiToken = Annotated[Annotated[SecretStr, AfterValidator(_token)] | None, BeforeValidator(lambda value: value or None)]

_REMEDIES = {
    "name": "use letters, digits, '.', '_' and '-'",
    "hub_id": "write it as on the hub, such as google-bert/bert-base-uncased",
    "revision": "give the commit in full, 40 hexadecimal digits in lower case, not a branch or a tag",
    "folder": "give the path of a folder as text",
    "models_dir": "give a folder that exists and holds one folder per checkpoint, or leave it out",
    "cache": "give the path of a folder as text",
    "family": "give the model_type of its config.json, such as bert",
    "checkpoints": "write a table per checkpoint: [checkpoints.NAME] with folder, or hub_id and revision",
    "api_token": (
        "give 16 to 512 letters, digits, '-', '.', '_', '~', '+' or '/', such as "
        "python -c 'import secrets; print(secrets.token_urlsafe(32))' prints"
    ),
}
_UNREPEATED = "api_token"
"""The setting whose value no sentence repeats."""


@dataclass(frozen=True, slots=True)
class NamedCheckpoint:
    """One `[checkpoints.NAME]` table of the settings file."""

    name: str
    folder: Path | None
    """Absolute, or None where only the hub is named. May not exist: the catalogue says so where it matters."""
    hub_id: str | None
    revision: str | None
    """The pinned commit, 40 hex digits; given with every hub id."""
    family: str | None
    """What its config.json must say under model_type; None to take what it says."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of this layer, checked."""

    models_dir: Path | None
    """Holds `<name>/` for each checkpoint that a person put there; exists."""
    named: tuple[NamedCheckpoint, ...]
    """The checkpoints of the settings file, in its order."""
    cache_dir: Path
    """Our own small notes (hashes of weights). Everything in it can be made again; may not exist yet."""
    hub_cache: Path
    """The hub's cache on this machine, shared with every other tool that uses the hub; may not exist."""
    endpoint: str = HUB
    """Where downloads come from: scheme and host, without a slash at the end."""
    bundled_dir: Path = BUNDLED_DIR
    """Where the mini checkpoints lie that come with the project."""
    file: Path | None = None
    """The settings file that was read; None where there is none."""
    api_token: SecretStr | None = None
    """What a program sends to use the HTTP API; None where that is off. Printed as stars."""


class _Table(BaseModel):
    """`[checkpoints.NAME]` as it is written."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    folder: Path | None = None
    hub_id: HubId | None = None
    revision: Revision | None = None
    family: Annotated[str, StringConstraints(min_length=1)] | None = None


class _File(BaseSettings):
    """The environment over the file, as they are written."""

    # The error behind a sentence goes into a trace, and would take the values along.
    model_config = SettingsConfigDict(env_prefix="MASKBOARD_", extra="forbid", frozen=True, hide_input_in_errors=True)

    models_dir: Path | None = None
    cache: Path | None = None
    api_token: ApiToken = None
    checkpoints: dict[CheckpointName, _Table] = Field(default_factory=dict)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return env_settings, TomlConfigSettingsSource(settings_cls, toml_file=_settings_file())


def read_settings() -> Settings:
    """The settings as they stand now.

    Raises `SettingsProblem` with one sentence: the file or variable, the key, the value, the remedy.
    """
    file = _settings_file()
    try:
        written = _File()
    except ValidationError as error:
        raise SettingsProblem(_sentence(error, file)) from error
    except SettingsError as error:
        raise SettingsProblem(f"MASKBOARD_CHECKPOINTS cannot be read: {_REMEDIES['checkpoints']} in {file}.") from error
    except (ValueError, OSError) as error:  # tomllib's errors are ValueErrors, as are bad bytes
        raise SettingsProblem(f"{file} cannot be read as TOML: {error}; mend that place, or move the file away.") from error
    return Settings(
        models_dir=_models_dir(written, file),
        named=tuple(_named(name, table, file) for name, table in written.checkpoints.items()),
        cache_dir=Path(platformdirs.user_cache_dir("maskboard")) if written.cache is None else _absolute(written.cache),
        hub_cache=hub_cache_folder(),
        endpoint=hub_endpoint(),
        file=file if _holds(file.is_file) else None,
        api_token=written.api_token,
    )


def _settings_file() -> Path:
    named = os.environ.get("MASKBOARD_SETTINGS")
    if not named:
        return PROJECT_ROOT / "maskboard.toml"
    file = _absolute(Path(named))
    if not _holds(file.is_file):
        raise SettingsProblem(
            f"MASKBOARD_SETTINGS names {file}, which is not a file: give the path of a TOML file, or unset it."
        )
    return file


def _models_dir(written: _File, file: Path) -> Path | None:
    if written.models_dir is None:
        return None
    if os.environ.get("MASKBOARD_MODELS_DIR"):
        where, folder = "MASKBOARD_MODELS_DIR", _absolute(written.models_dir)
    else:
        where, folder = f"{file}: models_dir", _absolute(written.models_dir, file.parent)
    if not _holds(folder.is_dir):
        raise SettingsProblem(f"{where} is '{folder}', which is not a folder: {_REMEDIES['models_dir']}.")
    return folder


def _named(name: str, table: _Table, file: Path) -> NamedCheckpoint:
    if (table.hub_id is None) != (table.revision is None):
        given, missing = ("hub_id", "revision") if table.revision is None else ("revision", "hub_id")
        raise SettingsProblem(f"{file}: checkpoints.{name} has {given} but no {missing}: {_REMEDIES[missing]}.")
    if table.folder is None and table.hub_id is None:
        raise SettingsProblem(
            f"{file}: checkpoints.{name} says nothing about where it is: give folder, or hub_id and revision."
        )
    folder = None if table.folder is None else _absolute(table.folder, file.parent)
    return NamedCheckpoint(name, folder, table.hub_id, table.revision, table.family)


def _absolute(path: Path, base: Path | None = None) -> Path:
    with suppress(RuntimeError):  # "~nobody": kept as it is written, and then found missing under that name
        path = path.expanduser()
    return (base or Path.cwd()) / path


def _holds(check: Callable[[], bool]) -> bool:
    """A look at the disk; False also where the system forbids it."""
    try:
        return check()
    except OSError:
        return False


def _sentence(error: ValidationError, file: Path) -> str:
    """The first problem as one sentence; the others show themselves once it is mended."""
    problem = error.errors(include_url=False)[0]
    path = [str(part) for part in problem["loc"] if part != "[key]"]
    in_environment = bool(path) and f"MASKBOARD_{path[0].upper()}" in os.environ
    if in_environment:
        where = ": ".join(filter(None, (f"MASKBOARD_{path[0].upper()}", ".".join(path[1:]))))
    else:
        where = f"{file}: {'.'.join(path)}"
    if problem["type"] == "extra_forbidden":
        return f"{where} is not a setting: {_did_you_mean(path)}."
    remedy_key = "name" if "[key]" in problem["loc"] else path[-1]
    remedy = _REMEDIES.get(remedy_key, _REMEDIES["checkpoints"])
    value = "" if path[:1] == [_UNREPEATED] else f" is {_shown(problem['input'])}, which"
    return f"{where}{value} cannot be used: {remedy}."


def _did_you_mean(path: list[str]) -> str:
    known = list(_File.model_fields) if len(path) == 1 else list(_Table.model_fields)
    close = difflib.get_close_matches(path[-1], known, n=1)
    return f"did you mean {close[0]}?" if close else f"the settings here are {', '.join(known)}"


def _shown(value: Any) -> str:  # noqa: ANN401 - whatever the file held
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
