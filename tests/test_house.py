"""The house stands as it is drawn: the arrows between layers, the tree, and what may not be in any file."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGES = ("dashboard", "pipelines", "storage")


def tracked(pattern: str) -> list[Path]:
    """The project's own files; those that git does not know are nobody's business."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", pattern], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


def test_the_import_contracts_hold() -> None:
    checked = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout


def test_torch_is_named_in_the_engine_and_the_training_only() -> None:
    homes = {"pipelines/fill_mask.py", "pipelines/packed.py", "pipelines/padded.py"}
    for file in tracked("*.py"):
        place = file.relative_to(ROOT).as_posix()
        if place in homes or place.startswith(("pipelines/training/", "tests/", "benchmarks/")):
            continue
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            heavy = {name.split(".")[0] for name in names} & {"torch", "transformers"}
            assert not heavy, f"{place}:{getattr(node, 'lineno', 0)} imports {heavy}"


def test_every_pin_has_its_reason() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        for line in (ROOT / name).read_text("utf-8").splitlines():
            if line and not line.startswith(("#", "-r ")):
                assert re.fullmatch(r"[a-z0-9_-]+==[0-9.]+ +# \S.+", line), f"{name}: {line}"


def test_every_import_is_pinned() -> None:
    pinned = re.findall(
        r"^([a-z0-9_-]+)==", "".join((ROOT / f"requirements{kind}.txt").read_text() for kind in ("", "-dev")), re.M
    )
    ours = {*PACKAGES, "benchmarks", "tests", "streamlit_app"}
    known = {name.replace("-", "_") for name in pinned} | set(sys.stdlib_module_names) | ours
    # pandas comes with streamlit and pydantic with pydantic-settings, in the versions those need; pyyaml is imported as yaml.
    known |= {"pandas", "pydantic", "yaml"}
    for file in tracked("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            foreign = {name.split(".")[0] for name in names} - known
            assert not foreign, f"{file.relative_to(ROOT)} imports {foreign}, which no requirements file pins"


@pytest.mark.parametrize("package", PACKAGES)
def test_every_module_says_what_it_is_for(package: str) -> None:
    for file in tracked(f"{package}/*.py"):
        text = file.read_text("utf-8")
        assert not text.strip() or ast.get_docstring(ast.parse(text)), f"{file.relative_to(ROOT)} has no docstring"


def test_the_folders_of_the_readme_exist() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    named = re.findall(r"^\| `([\w./]+)` \|", readme, re.M)
    assert {"dashboard/", "pipelines/", "storage/", "tests/"} <= set(named)
    for place in named:
        assert (ROOT / place).exists(), place


def test_the_pictures_and_links_of_the_documents_exist() -> None:
    for document in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("**/*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", document.read_text("utf-8")):
            assert (document.parent / target).exists(), f"{document.relative_to(ROOT)} points to {target}"
