"""A run once more on the weights at hand: the same say the same, others are said to be others, nothing is overwritten."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.answers import fill
from pipelines.ask import AskRequest, ask
from pipelines.distributions import Question
from pipelines.fill_mask import LoadedCheckpoint
from pipelines.passes import Turn
from pipelines.replay import CHUNK, FLOAT_NOISE, ReplayError, replay
from pipelines.rows import Row, Scored
from pipelines.settings import read_settings
from pipelines.shelf import Shelf
from storage import drift, history, importer
from storage.comparison import comparison as read_run
from storage.log import Log
from storage.records import Comparison, Prompt, Refused, Run, RunKind, RunStatus
from storage.run_ids import new_run_id
from tests.conftest import ROOT
from tests.logs import new_log
from tests.pipelines.commands import Command
from tests.pipelines.conftest import MINIS, PROMPTS

SEED = "MLM and NSP is the [MASK] task of BERT."


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    with new_log(tmp_path / "log.duckdb") as log:
        yield log


def asked(shelf: Shelf, log: Log, text: str = SEED, **options: object) -> str:
    request = replace(AskRequest(text, MINIS), **options)  # type: ignore[arg-type]
    return ask(request, shelf, log).comparison.run.run_id


def keep_batch(log: Log, minis: tuple[LoadedCheckpoint, ...], prompts: tuple[Prompt, ...]) -> str:
    """A run of many prompts, each computed on its own."""
    filled = [fill(minis, [Question(prompt, row_number=row)], 5) for row, prompt in enumerate(prompts)]
    run = Run(new_run_id(), RunKind.BATCH, datetime.now(UTC), options={"top_k": 5, "checkpoints": list(MINIS)})
    answers = tuple(each for one in filled for each in one.answers)
    log.append(Comparison(run, answers, tuple(each for one in filled for each in one.agreements)))
    return run.run_id


def test_the_same_weights_say_the_same_and_are_computed(shelf: Shelf, log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    before = asked(shelf, log, "[MASK] and [MASK] went home.", top_k=7, candidates=("they",), author="ada")
    passes: list[str] = []
    real = LoadedCheckpoint.score

    def counted(self: LoadedCheckpoint, rows: Sequence[Row], turn: Turn | None = None) -> list[Scored]:
        passes.append(self.checkpoint.name)
        return real(self, rows, turn)

    monkeypatch.setattr(LoadedCheckpoint, "score", counted)
    replayed = replay(before, log=log, shelf=shelf, author="Grace")
    assert set(passes) == set(MINIS)
    assert (replayed.missing, replayed.reasons, replayed.other_weights, replayed.refused) == ((), (), (), ())
    assert len(replayed.drifts) == 2 * len(MINIS)
    assert {(each.max_abs_dlogp, each.changed_ranks, each.n_compared, each.depth) for each in replayed.drifts} == {
        (0.0, 0, 7, 7)
    }
    assert all(each.same_weights for each in replayed.drifts)
    kept, first = read_run(log.database, replayed.run_id), read_run(log.database, before)
    assert kept is not None
    assert first is not None
    assert (kept.run.kind, kept.run.status, kept.run.author) == (RunKind.REPLAY, RunStatus.COMPLETE, "Grace")
    assert kept.run.options["repeats"] == before
    assert {each.reused for each in kept.answers} == {False}
    assert [each.answer for each in kept.answers] == [each.answer for each in first.answers]
    assert set(kept.fillings) == set(first.fillings)
    assert set(drift.drifts(log.database, replayed.run_id)) == set(replayed.drifts)
    assert drift.drifts(log.database, before) == ()


def test_many_prompts_in_batches_drift_by_float_noise_only(shelf: Shelf, minis: tuple[LoadedCheckpoint, ...], log: Log) -> None:
    prompts = PROMPTS[:: len(PROMPTS) // 40][: CHUNK + 6]
    before = keep_batch(log, minis, prompts)
    stored = read_run(log.database, before)
    seen: list[tuple[int, int]] = []
    replayed = replay(before, log=log, shelf=shelf, on_progress=lambda done, total: seen.append((done, total)))
    assert seen == [(0, len(prompts)), (CHUNK, len(prompts)), (len(prompts), len(prompts))]
    assert len(replayed.drifts) == sum(prompt.mask_count for prompt in prompts) * len(MINIS)
    found = [each.max_abs_dlogp for each in replayed.drifts if each.max_abs_dlogp is not None]
    assert len(found) == len(replayed.drifts)
    assert found == sorted(found, reverse=True)
    assert found[0] < FLOAT_NOISE
    assert sum(each.changed_ranks for each in replayed.drifts) == 0
    assert read_run(log.database, before) == stored
    ((told, runs),) = log.database.rows(
        "SELECT max(max_abs_dlogp), count(DISTINCT run_id) FROM drifts WHERE repeats = $run", {"run": before}
    )
    assert (told, runs) == (found[0], 1)
    assert history.comparison(log.database, replayed.run_id) is not None


def test_a_stored_list_that_is_deeper_is_left_as_it_is(shelf: Shelf, log: Log) -> None:
    deep = asked(shelf, log, top_k=9)
    shallow = asked(shelf, log, top_k=3)
    stored = read_run(log.database, deep)
    replayed = replay(shallow, log=log, shelf=shelf)
    assert {each.depth for each in replayed.drifts} == {3}
    assert read_run(log.database, deep) == stored


def test_a_replay_can_be_replayed(shelf: Shelf, log: Log) -> None:
    first = replay(asked(shelf, log), log=log, shelf=shelf)
    again = replay(first.run_id, log=log, shelf=shelf)
    assert [each.max_abs_dlogp for each in again.drifts] == [0.0] * 3
    assert {each.kind for each in history.recent_runs(log.database).rows} == {"ask", "replay"}


@pytest.fixture
def team(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Path, Shelf]]:
    """A person's own folder under the name team-bert, at first with the weights of bert-mini."""
    folder = tmp_path / "models" / "team-bert"
    shutil.copytree(ROOT / "pipelines" / "bundled" / "bert-mini", folder)
    settings_file = tmp_path / "maskboard.toml"
    settings_file.write_text(f'[checkpoints.team-bert]\nfolder = "{folder}"\n', "utf-8")
    monkeypatch.setenv("MASKBOARD_SETTINGS", str(settings_file))
    shelf = Shelf(read_settings())
    yield folder, shelf
    shelf.close()


def exchange_weights(folder: Path) -> None:
    """The same architecture with a head that prefers other words."""
    from safetensors.torch import load_file, save_file

    path = folder / "model.safetensors"
    tensors = load_file(path)
    bias = next(name for name in tensors if name.endswith("predictions.bias"))
    tensors[bias] = tensors[bias].flip(0)
    save_file(tensors, path, metadata={"format": "pt"})


def test_other_weights_under_the_same_name_are_said_and_compared(team: tuple[Path, Shelf], log: Log) -> None:
    folder, shelf = team
    before = ask(AskRequest(SEED, ("team-bert", "albert-mini")), shelf, log).comparison
    exchange_weights(folder)
    replayed = replay(before.run.run_id, log=log, shelf=shelf)
    assert replayed.other_weights == ("team-bert",)
    first, second = replayed.drifts
    assert (first.checkpoint_now.name, first.same_weights) == ("team-bert", False)
    assert first.checkpoint_then == before.answers[0].answer.checkpoint
    assert first.checkpoint_now.weights_sha256 != first.checkpoint_then.weights_sha256
    assert first.max_abs_dlogp is None or first.max_abs_dlogp > 0.01
    assert (second.same_weights, second.max_abs_dlogp) == (True, 0.0)
    kept = read_run(log.database, before.run.run_id)
    assert kept is not None
    assert kept.answers == before.answers
    now = read_run(log.database, replayed.run_id)
    assert now is not None
    assert now.answers[0].answer.predictions != before.answers[0].answer.predictions
    assert now.answers[0].answer.candidates == ()


def test_what_is_not_at_hand_is_named_and_the_rest_is_asked(team: tuple[Path, Shelf], log: Log) -> None:
    folder, shelf = team
    before = ask(AskRequest(SEED, ("team-bert", "albert-mini")), shelf, log).comparison.run.run_id
    shutil.rmtree(folder)
    replayed = replay(before, log=log, shelf=shelf)
    assert replayed.missing == ("team-bert",)
    assert len(replayed.reasons) == 1
    assert "team-bert" in replayed.reasons[0]
    assert [each.checkpoint_now.name for each in replayed.drifts] == ["albert-mini"]
    kept = read_run(log.database, replayed.run_id)
    assert kept is not None
    assert kept.run.options["missing"] == ["team-bert"]


def published(tmp_path: Path, log: Log, *entries: object) -> str:
    path = tmp_path / "published.json"
    path.write_text(json.dumps({"entries": entries}), "utf-8")
    return importer.import_file(log, path).comparison.run.run_id


def entry(model: str, prompt: str, *words: tuple[str, float | None]) -> object:
    lines = [{"token_str": word} | ({} if score is None else {"score": score}) for word, score in words]
    return {"model": model, "prompt": prompt, "predictions": lines}


def test_published_answers_are_compared_with_weights_of_that_name(tmp_path: Path, shelf: Shelf, log: Log) -> None:
    fresh = ask(AskRequest(SEED, ("bert-mini",), record=False), shelf, None).comparison.answers[0].answer
    first, second, third = fresh.predictions[:3]
    assert first.score is not None
    assert second.score is not None
    before = published(
        tmp_path,
        log,
        entry("bert-mini", SEED, (first.word, first.score), (second.word, second.score / 2)),
        entry("bert-mini", "Paris is [MASK].", ("no", None), ("such", None)),
        entry("albert-mini", "Rome is [MASK].", ("old", 0.1)),
        entry("gpt-9", "Rome is [MASK].", ("old", 0.1)),
    )
    replayed = replay(before, log=log, shelf=shelf)
    assert replayed.missing == ("gpt-9",)
    assert set(replayed.other_weights) == {"bert-mini", "albert-mini"}
    found = {(each.checkpoint_now.name, each.prompt.text): each for each in replayed.drifts}
    assert set(found) == {
        ("bert-mini", SEED), ("bert-mini", "Paris is [MASK]."), ("albert-mini", "Rome is [MASK].")
    }  # fmt: skip
    scored = found["bert-mini", SEED]
    assert (scored.n_compared, scored.changed_ranks, scored.depth, scored.same_weights) == (2, 0, 2, False)
    assert scored.max_abs_dlogp == pytest.approx(math.log(2), abs=1e-5)
    unscored = found["bert-mini", "Paris is [MASK]."]
    assert (unscored.max_abs_dlogp, unscored.n_compared) == (None, 0)
    assert third.word not in [line.word for line in fresh.predictions[:2]]
    # Nothing was asked of a checkpoint that had not answered it.
    now = read_run(log.database, replayed.run_id)
    assert now is not None
    assert len(now.answers) == 3


def test_an_import_of_nothing_that_is_at_hand_says_so_and_keeps_nothing(tmp_path: Path, shelf: Shelf, log: Log) -> None:
    before = published(tmp_path, log, entry("gpt-9", SEED, ("old", 0.1)))
    with pytest.raises(ReplayError, match=r"None of the checkpoints of this run is at hand\. .*gpt-9"):
        replay(before, log=log, shelf=shelf)
    assert history.counts(log.database).runs == 1


def test_what_cannot_be_repeated_gets_a_sentence(shelf: Shelf, log: Log) -> None:
    refused = Run(new_run_id(), RunKind.ASK, datetime.now(UTC), status=RunStatus.FAILED)
    log.append(Comparison(refused, refused=(Refused("no mask", "There is no mask."),)))
    with pytest.raises(ReplayError, match="nothing to repeat"):
        replay(refused.run_id, log=log, shelf=shelf)
    for name in ("no uuid", new_run_id(), "'; DROP TABLE run; --"):
        with pytest.raises(ReplayError, match="There is no run"):
            replay(name, log=log, shelf=shelf)
    with pytest.raises(ReplayError, match="at most 200"):
        replay(refused.run_id, log=log, shelf=shelf, author="x" * 201)


def test_a_replay_that_is_stopped_keeps_what_it_has_and_says_so(
    shelf: Shelf, minis: tuple[LoadedCheckpoint, ...], log: Log
) -> None:
    before = keep_batch(log, minis, PROMPTS[: CHUNK + 1])

    class Stopped(BaseException):
        pass

    def stop(done: int, total: int) -> None:
        if 0 < done < total:
            raise Stopped

    with pytest.raises(Stopped):
        replay(before, log=log, shelf=shelf, on_progress=stop)
    row = history.recent_runs(log.database).rows[0]
    assert (row.kind, row.status, row.prompt_count) == ("replay", "cancelled", CHUNK)
    assert len({each.prompt for each in drift.drifts(log.database, row.run_id)}) == CHUNK


def test_the_command_says_it_in_a_table_and_in_json(told: Command) -> None:
    code, out, _ = told("ask", "A [bold]b[/bold] [MASK].", "--checkpoint", "bert-mini", "--json")
    assert code == 0
    run_id = json.loads(out)["run_id"]
    code, out, err = told("replay", run_id)
    assert (code, err) == (0, "")
    assert "0 of 5" in out
    assert "[bold]" in out
    assert "the same" in out
    code, out, _ = told("replay", run_id, "--json")
    (found,) = json.loads(out)["drifts"]
    assert code == 0
    assert (found["max_abs_dlogp"], found["changed_ranks"], found["same_weights"]) == (0.0, 0, True)
    assert set(json.loads(out)) == {"run_id", "drifts", "missing", "refused"}
    code, out, err = told("replay", "nothing")
    assert (code, out) == (2, "")
    assert err == "There is no run nothing in the history. Open History and choose one.\n"
