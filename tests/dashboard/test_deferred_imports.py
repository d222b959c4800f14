"""The first page comes up before a model library is imported, and the thread that draws pages never imports one."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.conftest import ROOT

IMPORT_EVERYTHING = """
import pkgutil, importlib, sys
import dashboard
for module in pkgutil.walk_packages(dashboard.__path__, "dashboard."):
    if not module.name.startswith(("dashboard.app_pages.", "dashboard.main")):
        importlib.import_module(module.name)
assert not {"torch", "transformers"} & set(sys.modules), "a model library was imported"
"""

DRAW_THE_FIRST_PAGE = f"""
import builtins, sys, threading
from streamlit.testing.v1 import AppTest

drawing, importing = set(), set()
real = builtins.__import__

def watch(name, *rest, **options):
    if name.split(".")[0] in ("torch", "transformers") and name.split(".")[0] not in sys.modules:
        importing.add(threading.current_thread().name)
    return real(name, *rest, **options)

from pipelines import fill_mask
held = threading.Event()
load = fill_mask.load
fill_mask.load = lambda *given: (held.wait(), load(*given))[1]
builtins.__import__ = watch

app = AppTest.from_file({str(ROOT / "dashboard" / "main.py")!r}, default_timeout=60).run()
assert not app.exception, app.exception
assert app.text_area(key="prompt").value.startswith("MLM and NSP")
assert "torch" not in sys.modules, "the first page waited for torch"
assert any("loading" in each.value for each in app.markdown), [each.value for each in app.markdown]
held.set()
app.button(key="ask_button").click().run(timeout=120)
assert not app.exception, app.exception
assert len(app.metric) == 12, [each.value for each in app.text]
assert "torch" in sys.modules
assert importing and all(name.startswith("shelf") for name in importing), importing
"""


def run(program: str) -> None:
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stderr[-3000:]


def test_no_module_of_the_dashboard_imports_a_model_library() -> None:
    run(IMPORT_EVERYTHING)


@pytest.mark.usefixtures("minis")
def test_the_first_page_is_drawn_while_the_models_load() -> None:
    run(DRAW_THE_FIRST_PAGE)
