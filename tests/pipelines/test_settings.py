"""What a person may set, and the sentence for each way in which it can be wrong."""

from __future__ import annotations

import traceback
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pipelines.errors import SettingsProblem
from pipelines.settings import NamedCheckpoint, read_settings

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty settings file, named by the environment."""
    file = tmp_path / "maskboard.toml"
    file.write_text("")
    monkeypatch.setenv("MASKBOARD_SETTINGS", str(file))
    return file


def test_nothing_set_is_fine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MASKBOARD_CACHE", raising=False)
    monkeypatch.delenv("HF_ENDPOINT", raising=False)

    settings = read_settings()

    assert settings.models_dir is None
    assert settings.endpoint == "https://huggingface.co"
    assert settings.cache_dir.name == "maskboard"


def test_a_team_names_folders_and_adds_checkpoints(file: Path, tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    file.write_text(
        f"""
        models_dir = "models"
        [checkpoints.bert-base-uncased]
        folder = "/srv/bert"
        [checkpoints."our-bert.v2"]
        folder = "ours"
        family = "bert"
        [checkpoints.their-bert]
        hub_id = "their-team/their-bert"
        revision = "{COMMIT}"
        """
    )

    settings = read_settings()

    assert settings.models_dir == tmp_path / "models"
    assert settings.named == (
        NamedCheckpoint("bert-base-uncased", Path("/srv/bert"), None, None, None),
        NamedCheckpoint("our-bert.v2", tmp_path / "ours", None, None, "bert"),
        NamedCheckpoint("their-bert", None, "their-team/their-bert", COMMIT, None),
    )
    assert settings.file == file


def test_the_environment_wins_over_the_file(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine").mkdir()
    file.write_text('models_dir = "theirs"')
    monkeypatch.setenv("MASKBOARD_MODELS_DIR", str(tmp_path / "mine"))

    assert read_settings().models_dir == tmp_path / "mine"


def test_variables_of_other_parts_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MASKBOARD_HISTORY", "somewhere.duckdb")
    monkeypatch.setenv("MASKBOARD_KILLS", "50")

    read_settings()


@pytest.mark.parametrize(
    ("variable", "value", "folder"),
    [("HF_HUB_CACHE", "direct", "direct"), ("HF_HOME", "home", "home/hub")],
)
def test_the_hubs_own_variables_choose_its_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, folder: str
) -> None:
    monkeypatch.setenv(variable, str(tmp_path / value))

    assert read_settings().hub_cache == tmp_path / folder


WRONG: list[tuple[str, str, str]] = [
    ("not_toml", "models_dir = ", "cannot be read as TOML"),
    ("unknown_key", 'model_dir = "x"', "model_dir is not a setting: did you mean models_dir?"),
    ("unknown_key_far", "zzz = 1", "zzz is not a setting: the settings here are models_dir, cache, api_token, checkpoints"),
    ("no_folder", 'models_dir = "nowhere"', "which is not a folder: give a folder that exists"),
    ("folder_is_a_number", "models_dir = 3", "models_dir is 3, which cannot be used"),
    ("checkpoints_is_a_list", "checkpoints = [1]", "checkpoints is [1], which cannot be used: write a table per"),
    ("table_is_text", 'checkpoints.x = "y"', "checkpoints.x is 'y', which cannot be used: write a table per"),
    ("name_climbs", '[checkpoints."../x"]\nfolder = "y"', "use letters, digits, '.', '_' and '-'"),
    ("name_empty", '[checkpoints.""]\nfolder = "y"', "use letters, digits, '.', '_' and '-'"),
    ("key_misspelt", '[checkpoints.x]\nfolders = "y"', "checkpoints.x.folders is not a setting: did you mean folder?"),
    ("says_nothing", "[checkpoints.x]", "checkpoints.x says nothing about where it is"),
    ("no_revision", '[checkpoints.x]\nhub_id = "a/b"', "has hub_id but no revision: give the commit in full"),
    ("no_hub_id", f'[checkpoints.x]\nrevision = "{COMMIT}"', "has revision but no hub_id: write it as on the hub"),
    ("a_branch", '[checkpoints.x]\nhub_id = "a/b"\nrevision = "main"', "revision is 'main', which cannot be used: give"),
    ("token_short", 'api_token = "fifteen-letters"', "api_token cannot be used: give 16 to 512 letters, digits"),
    ("token_is_a_number", "api_token = 1234567890123456", "api_token cannot be used: give 16 to 512 letters, digits"),
    ("token_is_a_table", '[api_token]\nx = "secret"', "api_token cannot be used: give 16 to 512 letters, digits"),
    ("hub_id_climbs", f'[checkpoints.x]\nhub_id = "../b"\nrevision = "{COMMIT}"', "hub_id is '../b', which cannot be used"),
    ("hub_id_long", f'[checkpoints.x]\nhub_id = "a/b/c"\nrevision = "{COMMIT}"', "hub_id is 'a/b/c', which cannot be used"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "said"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_a_bad_value_gets_one_sentence_with_file_key_value_and_remedy(file: Path, content: str, said: str) -> None:
    file.write_text(content)

    with pytest.raises(SettingsProblem) as error:
        read_settings()

    assert said in str(error.value)
    assert str(file) in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("MASKBOARD_MODELS_DIR", "/nowhere", "MASKBOARD_MODELS_DIR is '/nowhere', which is not a folder"),
        ("MASKBOARD_SETTINGS", "/nowhere.toml", "MASKBOARD_SETTINGS names /nowhere.toml, which is not a file"),
        ("MASKBOARD_CHECKPOINTS", "{", "MASKBOARD_CHECKPOINTS cannot be read"),
        ("MASKBOARD_CHECKPOINTS", '{"x": {"revision": "main"}}', "MASKBOARD_CHECKPOINTS: x.revision is 'main'"),
        ("HF_ENDPOINT", "huggingface.co", "HF_ENDPOINT is 'huggingface.co': give the address of a hub"),
        ("HF_ENDPOINT", "https://me:secret@hub", "HF_ENDPOINT holds a user or a password"),
        ("MASKBOARD_MODELS_DIR", "~nobody-of-that-name", "which is not a folder"),
        ("HF_ENDPOINT", "file:///etc", "HF_ENDPOINT is 'file:///etc': give the address of a hub"),
        ("HF_ENDPOINT", "http://hub:port", "HF_ENDPOINT is 'http://hub:port': give the address of a hub"),
        ("HF_ENDPOINT", "http://[::1", "HF_ENDPOINT is 'http://[::1': give the address of a hub"),
    ],
)
def test_a_bad_variable_gets_one_sentence(monkeypatch: pytest.MonkeyPatch, variable: str, value: str, said: str) -> None:
    monkeypatch.setenv(variable, value)

    with pytest.raises(SettingsProblem) as error:
        read_settings()

    assert said in str(error.value)


TOKEN = "iJ8-Zp0.example~of+a/token=="


def test_the_token_of_the_api_comes_from_the_file_or_the_environment(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_settings().api_token is None
    file.write_text(f'api_token = "{TOKEN}"')
    from_file = read_settings().api_token
    monkeypatch.setenv("MASKBOARD_API_TOKEN", "another-token-of-24-chars")
    from_environment = read_settings().api_token
    monkeypatch.setenv("MASKBOARD_API_TOKEN", "")
    nothing_written = read_settings().api_token

    assert from_file is not None
    assert from_file.get_secret_value() == TOKEN
    assert from_environment is not None
    assert from_environment.get_secret_value() == "another-token-of-24-chars"
    assert nothing_written is None


def test_no_words_about_the_settings_hold_the_token(file: Path) -> None:
    file.write_text(f'api_token = "{TOKEN}"')
    assert TOKEN not in repr(read_settings())


@pytest.mark.parametrize("secret", ["short-secret", "a secret with blanks", "geheimes-Wört-für-wört", "x" * 600])
def test_a_token_that_cannot_be_used_is_in_no_sentence_and_no_trace(file: Path, secret: str) -> None:
    file.write_text(f'api_token = "{secret}"')

    with pytest.raises(SettingsProblem) as error:
        read_settings()

    assert secret not in "".join(traceback.format_exception(error.value))
    assert str(error.value).startswith(f"{file}: api_token cannot be used: give 16 to 512 letters")


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_in_the_file_end_in_a_trace(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    try:
        settings = read_settings()
    except SettingsProblem as problem:
        assert str(file) in str(problem)
    else:
        assert settings.named == ()
