"""Where a checkpoint is served from, what it is, and every way in which a folder can be wrong."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from safetensors.numpy import save

from pipelines.checkpoints import (
    Kind,
    Located,
    Missing,
    Source,
    catalogue,
    defaults,
    entry_named,
    identify,
    locate,
    require,
    size_in_words,
)
from pipelines.errors import CheckpointUnavailable, SettingsProblem, UnknownCheckpoint, WrongWeights
from pipelines.hub.cache import HubRepository
from pipelines.settings import NamedCheckpoint, Settings
from pipelines.weights.folder import read_folder
from pipelines.weights.hashes import HashMemory
from tests.pipelines.hub_server import HEADS, tiny_checkpoint, write_folder

BERT = "bert-base-uncased"
MINIS = ("bert-mini", "distilbert-mini", "albert-mini")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A machine with three bundled minis and nothing else."""
    bundled, models = tmp_path / "bundled", tmp_path / "models"
    models.mkdir()
    for seed, mini in enumerate(MINIS):
        write_folder(bundled / mini, tiny_checkpoint(mini.removesuffix("-mini"), seed))
    return Settings(models_dir=models, named=(), cache_dir=tmp_path / "cache", hub_cache=tmp_path / "hub", bundled_dir=bundled)


def with_named(settings: Settings, *named: NamedCheckpoint) -> Settings:
    return Settings(
        models_dir=settings.models_dir,
        named=named,
        cache_dir=settings.cache_dir,
        hub_cache=settings.hub_cache,
        bundled_dir=settings.bundled_dir,
    )


def models_dir(settings: Settings) -> Path:
    assert settings.models_dir is not None
    return settings.models_dir


def into_hub_cache(settings: Settings, hub_id: str, revision: str, files: dict[str, bytes]) -> Path:
    """As any tool of the hub leaves it: blobs named by their hash, and links to them."""
    repository = HubRepository.of(settings.hub_cache, hub_id)
    for name, content in files.items():
        etag = hashlib.sha256(content).hexdigest()
        write_folder(repository.folder / "blobs", {etag: content})
        repository.link(revision, name, etag)
    return repository.snapshot(revision)


def located(name: str, settings: Settings) -> Located:
    found = locate(name, settings)
    assert isinstance(found, Located)
    return found


# The catalogue


def test_lists_full_size_then_minis_then_the_persons_own(settings: Settings, tmp_path: Path) -> None:
    own = NamedCheckpoint("our-bert", tmp_path / "ours", None, None, None)

    entries = catalogue(with_named(settings, own))

    assert [entry.name for entry in entries] == [BERT, "distilbert-base-uncased", "albert-base-v2", *MINIS, "our-bert"]
    assert [entry.kind for entry in entries] == [Kind.FULL_SIZE] * 3 + [Kind.MINI] * 3 + [Kind.OWN]


def test_each_full_size_checkpoint_is_pinned_and_has_a_mini_of_its_family(settings: Settings) -> None:
    entries = {entry.name: entry for entry in catalogue(settings)}
    for entry in entries.values():
        if entry.kind is Kind.FULL_SIZE:
            assert entry.revision is not None and len(entry.revision) == 40
            assert entry.stand_in is not None
            assert entries[entry.stand_in].family == entry.family


def test_a_built_in_name_cannot_be_pinned_to_something_else(settings: Settings) -> None:
    other = NamedCheckpoint(BERT, None, "team/other", "0" * 40, None)

    with pytest.raises(SettingsProblem, match=r"bert-base-uncased is built in .*choose another name"):
        catalogue(with_named(settings, other))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("bert-base-uncase", "did you mean bert-base-uncased"),
        ("albert-base", "did you mean albert-base-v2"),
        ("Bert-Mini", "did you mean bert-mini"),
        ("zzz", "there are bert-base-uncased, distilbert-base-uncased"),
        ("", "There is no checkpoint named ''"),
        ("a\x00b\ud800", "There is no checkpoint named"),
        ("../../etc/passwd", "There is no checkpoint named"),
        ("x" * 100_000, "xxx...'"),
    ],
)
def test_an_unknown_name_gets_the_closest_ones(settings: Settings, typed: str, said: str) -> None:
    with pytest.raises(UnknownCheckpoint) as error:
        entry_named(typed, settings)

    assert said in str(error.value)
    assert len(str(error.value)) < 400
    str(error.value).encode()  # can be shown: no half characters


# Where it is served from


def test_with_nothing_at_hand_the_minis_answer_under_their_own_names(settings: Settings) -> None:
    assert defaults(settings) == MINIS
    for mini in MINIS:
        assert located(mini, settings).source is Source.BUNDLED


def test_a_folder_serves_before_the_hub_and_the_hub_before_nothing(settings: Settings) -> None:
    entry = entry_named(BERT, settings)
    assert entry.hub_id is not None and entry.revision is not None
    assert isinstance(locate(BERT, settings), Missing)

    snapshot = into_hub_cache(settings, entry.hub_id, entry.revision, tiny_checkpoint(seed=7))
    assert (located(BERT, settings).source, located(BERT, settings).folder) == (Source.HUB, snapshot)
    assert located(BERT, settings).revision == entry.revision
    assert defaults(settings) == (BERT, *MINIS[1:])

    folder = write_folder(models_dir(settings) / BERT, tiny_checkpoint(seed=8))
    assert (located(BERT, settings).source, located(BERT, settings).folder) == (Source.FOLDER, folder)
    assert located(BERT, settings).revision == content_revision(folder)


def test_the_settings_file_comes_before_the_models_folder(settings: Settings, tmp_path: Path) -> None:
    write_folder(models_dir(settings) / BERT, tiny_checkpoint(seed=8))
    named = write_folder(tmp_path / "named", tiny_checkpoint(seed=9))

    assert located(BERT, with_named(settings, NamedCheckpoint(BERT, named, None, None, None))).folder == named


def test_a_cache_made_under_the_former_name_of_the_hub_serves(settings: Settings) -> None:
    revision = entry_named(BERT, settings).revision
    assert revision is not None

    snapshot = into_hub_cache(settings, BERT, revision, tiny_checkpoint())

    assert located(BERT, settings).folder == snapshot


def test_another_commit_in_the_hubs_cache_does_not_serve(settings: Settings) -> None:
    into_hub_cache(settings, "google-bert/bert-base-uncased", "f" * 40, tiny_checkpoint())

    assert isinstance(locate(BERT, settings), Missing)


def test_a_source_that_cannot_serve_is_passed_over_with_a_remark(settings: Settings) -> None:
    revision = entry_named(BERT, settings).revision
    assert revision is not None
    (models_dir(settings) / BERT).mkdir()
    into_hub_cache(settings, "google-bert/bert-base-uncased", revision, tiny_checkpoint())

    found = located(BERT, settings)

    assert found.source is Source.HUB
    assert len(found.remarks) == 1 and "There is no config.json of" in found.remarks[0]


def test_what_is_missing_says_why_and_what_to_do(settings: Settings) -> None:
    missing = locate(BERT, settings)

    assert isinstance(missing, Missing)
    assert (missing.can_download, missing.download_bytes) == (True, 440_449_768)
    assert "440 MB" in missing.remedy
    assert "--download bert-base-uncased" in missing.remedy
    assert str(models_dir(settings) / BERT) in missing.remedy
    with pytest.raises(CheckpointUnavailable, match=r"is not on this machine\. Download it"):
        require(BERT, settings)


def test_an_own_checkpoint_takes_its_family_from_its_configuration(settings: Settings, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "ours", tiny_checkpoint("albert"))

    found = located("ours", with_named(settings, NamedCheckpoint("ours", folder, None, None, None)))

    assert (found.family, found.source) == ("albert", Source.FOLDER)


def test_a_mini_is_never_served_under_a_full_size_name(settings: Settings) -> None:
    files = tiny_checkpoint("bert", seed=0)
    write_folder(models_dir(settings) / BERT, files)
    digest = hashlib.sha256(files["model.safetensors"]).hexdigest()
    write_folder(settings.bundled_dir, {"SHA256SUMS": f"{digest}  bert-mini/model.safetensors\n".encode()})

    missing = locate(BERT, settings)

    assert isinstance(missing, Missing)
    assert "holds the weights of bert-mini, which is never shown as bert-base-uncased" in missing.why


def test_weights_in_a_folder_that_are_not_the_published_ones_are_remarked_on(settings: Settings) -> None:
    write_folder(models_dir(settings) / BERT, tiny_checkpoint(seed=5))

    found = located(BERT, settings)

    assert found.as_published is False
    assert any("not the published ones of bert-base-uncased" in remark for remark in found.remarks)


def test_looking_around_needs_neither_torch_nor_transformers() -> None:
    program = (
        "import sys; from pipelines.settings import read_settings; from pipelines.checkpoints import catalogue, locate; "
        "settings = read_settings(); [locate(entry.name, settings) for entry in catalogue(settings)]; "
        "sys.exit(' '.join({'torch', 'transformers', 'tokenizers'} & set(sys.modules)) or 0)"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert (result.returncode, result.stderr) == (0, "")


# What can be wrong with a folder


def config(**changes: object) -> bytes:
    return json.dumps(json.loads(tiny_checkpoint()["config.json"]) | changes).encode()


FOLDERS: list[tuple[str, dict[str, bytes | None], str]] = [
    ("no_config", {"config.json": None}, "There is no config.json of"),
    ("broken_config", {"config.json": b'{"model_type": '}, "cannot be read as JSON"),
    ("binary_config", {"config.json": b"\xff\xfe\x00"}, "cannot be read as JSON"),
    ("deep_config", {"config.json": b"[" * 100_000}, "cannot be read as JSON"),
    ("config_is_a_list", {"config.json": b"[]"}, "does not hold a JSON object"),
    ("no_model_type", {"config.json": config(model_type=None)}, "has no model_type"),
    ("no_vocab_size", {"config.json": config(vocab_size=None)}, "has no vocab_size"),
    ("vocab_size_true", {"config.json": config(vocab_size=True)}, "has no vocab_size"),
    ("other_family", {"config.json": config(model_type="roberta")}, "holds a roberta model where bert is expected"),
    ("bare_model", {"config.json": config(architectures=["BertModel"])}, "names BertModel"),
    ("causal_model", {"config.json": config(architectures=["GPT2LMHeadModel"])}, "not hold a masked language model"),
    ("no_architectures", {"config.json": config(architectures=None)}, "names no architecture"),
    ("no_weights", {"model.safetensors": None}, "has no weights: put model.safetensors there"),
    ("pickle", {"model.safetensors": None, "pytorch_model.bin": b"x"}, "save_pretrained(folder), which writes"),
    ("empty_weights", {"model.safetensors": b""}, "cannot be read as safetensors"),
    ("short_header", {"model.safetensors": tiny_checkpoint()["model.safetensors"][:40]}, "may have been cut short"),
    ("short_weights", {"model.safetensors": tiny_checkpoint()["model.safetensors"][:-1]}, "may have been cut short"),
    ("huge_header", {"model.safetensors": b"\xff" * 64}, "cannot be read as safetensors"),
    ("pointer", {"model.safetensors": b"version https://git-lfs.github.com/spec/v1\noid"}, "git lfs pull"),
    ("no_head", {"model.safetensors": save({"w": np.zeros(3, np.float32)})}, "have no head that fills a mask"),
    ("no_tokenizer", {"tokenizer.json": None}, "has no tokenizer: put tokenizer.json"),
    ("only_sentencepiece", {"tokenizer.json": None, "spiece.model": b"x"}, "has no tokenizer: put tokenizer.json"),
    ("index_climbs", {"model.safetensors": None, "model.safetensors.index.json": b'{"weight_map": {"a": "../x.safetensors"}}'},
     "does not name safetensors files beside it"),
    ("index_of_pickles", {"model.safetensors": None, "model.safetensors.index.json": b'{"weight_map": {"a": "x.bin"}}'},
     "does not name safetensors files beside it"),
    ("index_empty", {"model.safetensors": None, "model.safetensors.index.json": b"{}"},
     "does not name safetensors files beside it"),
    ("shard_missing", {"model.safetensors": None, "model.safetensors.index.json": b'{"weight_map": {"a": "x.safetensors"}}'},
     "lacks 1 of 1 weight files, first x.safetensors"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "said"), [row[1:] for row in FOLDERS], ids=[row[0] for row in FOLDERS])
def test_a_folder_that_is_not_whole_gets_one_sentence(settings: Settings, changes: dict[str, bytes | None], said: str) -> None:
    files = {name: content for name, content in (tiny_checkpoint() | changes).items() if content is not None}
    write_folder(models_dir(settings) / BERT, files)

    missing = locate(BERT, settings)

    assert isinstance(missing, Missing)
    assert said in missing.why
    assert "\n" not in missing.why


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_folder_that_may_not_be_read_gets_one_sentence(settings: Settings) -> None:
    folder = write_folder(models_dir(settings) / BERT, tiny_checkpoint())
    (folder / "model.safetensors").chmod(0)

    missing = locate(BERT, settings)

    assert isinstance(missing, Missing)
    assert "cannot be read" in missing.why


@hypothesis_settings(deadline=None)  # a busy machine is not a failure
@given(st.binary(max_size=300))
def test_no_bytes_in_place_of_weights_end_in_a_trace(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = write_folder(tmp_path_factory.mktemp("folder"), tiny_checkpoint() | {"model.safetensors": content})

    with pytest.raises(CheckpointUnavailable):
        read_folder(folder, "bert")


# What it is


def content_revision(folder: Path) -> str:
    """What `sha256sum config.json model.safetensors | sha256sum` prints."""
    files = ["config.json", "model.safetensors"]
    listing = subprocess.run(["sha256sum", *files], cwd=folder, capture_output=True, check=True).stdout
    return hashlib.sha256(listing).hexdigest()


def test_another_configuration_is_another_checkpoint(settings: Settings) -> None:
    before = identify(located("bert-mini", settings), settings)
    config = settings.bundled_dir / "bert-mini" / "config.json"
    config.write_text(config.read_text("utf-8").replace("{", '{"hidden_act": "relu", ', 1), "utf-8")
    after = identify(located("bert-mini", settings), settings)
    assert after.weights_sha256 == before.weights_sha256
    assert after.revision != before.revision


def test_identity_of_a_mini_is_that_of_its_files(settings: Settings) -> None:
    files = tiny_checkpoint("distilbert", seed=1)

    checkpoint = identify(located("distilbert-mini", settings), settings)

    assert checkpoint.weights_sha256 == hashlib.sha256(files["model.safetensors"]).hexdigest()
    assert checkpoint.revision == content_revision(settings.bundled_dir / "distilbert-mini")
    listing = subprocess.run(
        ["sha256sum", "tokenizer.json", "tokenizer_config.json"],
        cwd=settings.bundled_dir / "distilbert-mini",
        capture_output=True,
        check=True,
    ).stdout
    assert checkpoint.tokenizer_sha256 == hashlib.sha256(listing).hexdigest()
    assert (checkpoint.family, checkpoint.source) == ("distilbert", "bundled")
    assert (checkpoint.parameters, checkpoint.vocabulary_size) == (1_000 * 64 + 64 * 64, 1_000)


def test_shards_are_hashed_as_sha256sum_lists_them(tmp_path: Path, settings: Settings) -> None:
    files = tiny_checkpoint()
    del files["model.safetensors"]
    for number, tensor in ((1, "embeddings.word_embeddings.weight"), (2, HEADS["bert"])):
        files[f"model-0000{number}-of-00002.safetensors"] = save({tensor: np.ones((4, 2), np.float32)})
    names = [name for name in sorted(files) if name.startswith("model-")]
    files["model.safetensors.index.json"] = json.dumps({"weight_map": dict(zip("ab", names, strict=True))}).encode()
    folder = write_folder(tmp_path / "sharded", files)
    own = with_named(settings, NamedCheckpoint("sharded", folder, None, None, None))

    listing = subprocess.run(["sha256sum", *names], cwd=folder, capture_output=True, check=True).stdout
    checkpoint = identify(located("sharded", own), own)

    assert checkpoint.weights_sha256 == hashlib.sha256(listing).hexdigest()
    assert checkpoint.parameters == 16
    assert located("sharded", own).weights_bytes == sum(len(files[name]) for name in names)


@pytest.mark.parametrize("absent", ["vocab.txt", "tokenizer.json"])
def test_a_tokenizer_is_hashed_with_its_settings(settings: Settings, absent: str) -> None:
    files = tiny_checkpoint() | {"vocab.txt": b"[MASK]\ncat\n"}
    del files[absent]
    folder = write_folder(models_dir(settings) / BERT, files)
    before = identify(located(BERT, settings), settings).tokenizer_sha256

    (folder / "tokenizer_config.json").write_bytes(b'{"do_lower_case": false}')

    assert identify(located(BERT, settings), settings).tokenizer_sha256 != before


@pytest.mark.parametrize("family", ["bert", "distilbert", "albert"])
def test_parameters_are_those_that_torch_counts(family: str, tmp_path: Path) -> None:
    transformers = pytest.importorskip("transformers")
    sizes: dict[str, dict[str, int]] = {
        "bert": {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32},
        "distilbert": {"dim": 16, "n_layers": 1, "n_heads": 2, "hidden_dim": 32},
        "albert": {
            "hidden_size": 16,
            "embedding_size": 8,
            "num_hidden_layers": 2,
            "num_attention_heads": 2,
            "intermediate_size": 32,
        },
    }
    configuration = transformers.AutoConfig.for_model(family, vocab_size=50, **sizes[family])
    model = transformers.AutoModelForMaskedLM.from_config(configuration)
    model.save_pretrained(tmp_path)
    (tmp_path / "tokenizer.json").write_text("{}")

    held = read_folder(tmp_path, family)

    assert held.parameters == sum(parameter.numel() for parameter in model.parameters())
    assert held.vocabulary_size == 50


def test_what_is_stored_twice_is_counted_once(tmp_path: Path) -> None:
    tensors: dict[str, NDArray[Any]] = {
        "bert.embeddings.word_embeddings.weight": np.ones((10, 4), np.float32),
        "bert.embeddings.position_ids": np.ones((1, 8), np.int64),
        HEADS["bert"]: np.ones((4, 4), np.float16),
        "cls.predictions.decoder.weight": np.ones((10, 4), np.float32),
        "cls.predictions.decoder.bias": np.ones(10, np.float32),
        "cls.predictions.bias": np.ones(10, np.float32),
    }
    files = tiny_checkpoint() | {"model.safetensors": save(tensors)}

    tied = read_folder(write_folder(tmp_path / "tied", files))
    files["config.json"] = config(tie_word_embeddings=False)
    untied = read_folder(write_folder(tmp_path / "untied", files))

    assert tied.parameters == 10 * 4 + 4 * 4 + 10
    assert untied.parameters == tied.parameters + 10 * 4


# That its bytes are right


def flip_a_byte(file: Path, keep_time: bool = False) -> None:
    status = file.stat()
    content = bytearray(file.read_bytes())
    content[-2] ^= 1
    file.write_bytes(content)
    if keep_time:
        os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
        while file.stat().st_ctime_ns == status.st_ctime_ns:  # the file system's clock ticks every few milliseconds
            os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))


@pytest.mark.parametrize("file", ["model.safetensors", "tokenizer.json", "tokenizer_config.json"])
def test_a_flipped_byte_in_a_mini_is_said(settings: Settings, file: str) -> None:
    folder = settings.bundled_dir / "bert-mini"
    sums = "".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  bert-mini/{path.name}\n" for path in folder.iterdir())
    write_folder(settings.bundled_dir, {"SHA256SUMS": sums.encode()})
    identify(located("bert-mini", settings), settings)

    flip_a_byte(folder / file)

    with pytest.raises(WrongWeights, match=rf"{file} is not the file that was shipped .*restore"):
        identify(located("bert-mini", settings), settings)


def test_a_flipped_byte_in_the_hubs_cache_is_said_whoever_downloaded_it(settings: Settings) -> None:
    own = with_named(settings, NamedCheckpoint("theirs", None, "team/theirs", "a" * 40, None))
    snapshot = into_hub_cache(own, "team/theirs", "a" * 40, tiny_checkpoint())
    identify(located("theirs", own), own)

    flip_a_byte((snapshot / "model.safetensors").resolve())

    with pytest.raises(WrongWeights, match=r"published on the hub .*download theirs again"):
        identify(located("theirs", own), own)


def test_other_weights_than_the_catalogues_at_the_pinned_commit_are_said(settings: Settings) -> None:
    entry = entry_named(BERT, settings)
    assert entry.hub_id is not None and entry.revision is not None
    into_hub_cache(settings, entry.hub_id, entry.revision, tiny_checkpoint())

    with pytest.raises(WrongWeights, match=r"is not the file that was published"):
        identify(located(BERT, settings), settings)


def test_files_that_went_away_meanwhile_get_a_sentence(settings: Settings) -> None:
    found = located("bert-mini", settings)
    (found.folder / "model.safetensors").unlink()

    with pytest.raises(CheckpointUnavailable, match="has no weights"):
        identify(found, settings)


# Hashes are remembered


def aged(file: Path) -> Path:
    """As if it had lain there for an hour: only a file that has settled is remembered."""
    hour_ago = file.stat().st_mtime_ns - 3_600_000_000_000
    os.utime(file, ns=(hour_ago, hour_ago))
    return file


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> HashMemory:
    # The second time of a file cannot be set back by a test; an hour later it is an hour old all the same.
    monkeypatch.setattr("pipelines.weights.hashes._SETTLED_NS", -1)
    return HashMemory(tmp_path / "cache" / "hashes.json")


def test_a_remembered_hash_spares_the_reading(memory: HashMemory, tmp_path: Path) -> None:
    file = tmp_path / "weights"
    file.write_bytes(b"truth")
    true = memory.of(file)
    remembered = json.loads(memory.file.read_text())
    remembered["files"][str(file.resolve())]["sha256"] = "from memory"
    memory.file.write_text(json.dumps(remembered))

    assert memory.of(file) == "from memory"
    assert memory.of(file, fresh=True) == true == hashlib.sha256(b"truth").hexdigest()


@pytest.mark.parametrize("keep_time", [False, True], ids=["written", "written_and_set_back"])
def test_a_changed_file_is_read_again(memory: HashMemory, tmp_path: Path, keep_time: bool) -> None:
    file = tmp_path / "weights"
    file.write_bytes(b"0123456789")
    aged(file)
    before = memory.of(file)

    flip_a_byte(file, keep_time)

    assert memory.of(file) != before


def test_a_file_that_changed_just_now_is_not_remembered(tmp_path: Path) -> None:
    memory = HashMemory(tmp_path / "hashes.json")
    (tmp_path / "weights").write_bytes(b"x")

    memory.of(tmp_path / "weights")

    assert not memory.file.exists()


def test_a_file_that_changes_while_it_is_hashed_is_not_remembered(
    memory: HashMemory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "weights"
    file.write_bytes(b"before")

    def hash_slowly(path: Path) -> str:
        path.write_bytes(b"and after that it is longer")
        return "hash of what was before"

    monkeypatch.setattr("pipelines.weights.hashes.sha256_of", hash_slowly)
    memory.of(file)

    assert not memory.file.exists()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"version": 1, "files": {"x": 1}}', b"\xff", b'{"version": 9}'])
def test_a_broken_memory_costs_time_and_nothing_else(memory: HashMemory, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "weights").write_bytes(b"x")
    write_folder(memory.file.parent, {memory.file.name: content})

    assert memory.of(tmp_path / "weights") == hashlib.sha256(b"x").hexdigest()


def test_a_place_that_cannot_be_written_keeps_no_checkpoint_from_loading(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    memory = HashMemory(tmp_path / "file" / "below" / "hashes.json")

    assert memory.of(tmp_path / "file") == hashlib.sha256(b"x").hexdigest()


def test_hashing_does_not_hold_the_file_in_memory(memory: HashMemory, tmp_path: Path) -> None:
    with (tmp_path / "large").open("wb") as file:
        file.truncate(50_000_000)
    tracemalloc.start()
    try:
        memory.of(tmp_path / "large")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak < 5_000_000


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 bytes"), (999, "999 bytes"), (1_000, "1.0 kB"), (9_960, "10 kB"), (440_449_768, "440 MB"), (2 * 10**12, "2000 GB")],
)
def test_sizes_are_written_as_people_read_them(size: int, words: str) -> None:
    assert size_in_words(size) == words
