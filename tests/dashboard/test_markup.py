"""Nothing on a page may read the text of people as markup: the ways to do so are not used anywhere."""

from __future__ import annotations

import ast

from tests.conftest import ROOT

FORBIDDEN_COMMANDS = {"write", "table", "html", "iframe", "latex", "components", "write_stream", "exception"}
LINKS = {
    ("dashboard/components/export_box.py", "prepared.link"),
    ("dashboard/components/export_box.py", "prepared.manifest_link"),
}
"""Addresses that a button may open: those of prepared files, which the server makes of random letters and its own names."""
FORBIDDEN_OPTION = "unsafe_"
"""How the options begin that let text be run or drawn as markup."""
OWN_TEXT_ONLY = {"markdown", "title", "header", "subheader", "error", "warning", "info", "success", "toast"}
"""Commands that read markup: they take literals of the source, or a name that was checked against a pattern."""
CHECKED = {("dashboard/components/checkpoint_name.py", "name"), ("dashboard/app_pages/models.py", "HEADINGS[kind]")}


def calls() -> list[tuple[str, ast.Call]]:
    """Every call in the dashboard and the entrypoint, with its file."""
    files = [ROOT / "streamlit_app.py", *sorted((ROOT / "dashboard").rglob("*.py"))]
    return [
        (file.relative_to(ROOT).as_posix(), node)
        for file in files
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call)
    ]


def command(call: ast.Call) -> str:
    """The name of the command; what is said to the server's log is no command of a page."""
    if not isinstance(call.func, ast.Attribute) or ast.unparse(call.func.value) == "logger":
        return ""
    return call.func.attr


def test_no_command_that_reads_html() -> None:
    for file, call in calls():
        assert command(call) not in FORBIDDEN_COMMANDS, f"{file}:{call.lineno} {command(call)}"
        assert not any(str(option.arg).startswith(FORBIDDEN_OPTION) for option in call.keywords), f"{file}:{call.lineno}"


def test_a_link_leads_to_a_prepared_file_and_nowhere_else() -> None:
    links = {(file, ast.unparse(call.args[1])) for file, call in calls() if command(call) == "link_button"}
    assert links == LINKS


def test_what_is_read_as_markup_is_written_in_the_source() -> None:
    for file, call in calls():
        if command(call) in OWN_TEXT_ONLY and call.args:
            text = call.args[0]
            known = isinstance(text, ast.Constant) or (file, ast.unparse(text)) in CHECKED
            assert known, f"{file}:{call.lineno} {ast.unparse(call)}"
