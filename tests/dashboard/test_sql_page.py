"""The SQL page: ask, be told what is wrong and where, save and share a question, and open the same by its link."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.components.sql_mistake import WIDEST, marked
from dashboard.query_examples import EXAMPLES, FIRST
from storage import samples as real
from storage import saved_queries as stored
from storage.database import default_path
from storage.log import Log
from storage.saved_queries import SavedQuery
from storage.views import views
from storage.visitors import LONGEST_SQL, ParameterType
from tests.dashboard.conftest import OpenApp, badges, markup, plain, sound
from tests.logs import new_log
from tests.storage import samples

HOSTILE = "**x** <img src=x onerror=alert(1)> ![a](http://192.0.2.1/b.png)"


@pytest.fixture(autouse=True)
def history() -> None:
    """The sample, where a test wants it, and three prompts of three checkpoints."""
    with new_log(default_path()) as log:
        real.add(log.database)
        for number, text in enumerate(("The sky is [MASK].", "The sea is [MASK].", "Paris is a [MASK].")):
            log.append(samples.ask(text, number=number))


def type_in(app: AppTest, sql: str) -> AppTest:
    app.text_area(key="sql_text").set_value(sql)
    return app


def run(app: AppTest, sql: str | None = None) -> AppTest:
    """Type a statement and press Run."""
    if sql is not None:
        type_in(app, sql)
    return sound(app.button(key="sql_run_button").click().run())


def rows(app: AppTest) -> list[dict[str, Any]]:
    """The answer as it is shown, under the names of its columns."""
    (table,) = app.dataframe
    found: list[dict[str, Any]] = table.value.to_dict("records")
    return found


def address(app: AppTest) -> dict[str, str]:
    """What the address says. AppTest gives a list for what a page has not written itself."""
    return {key: value if isinstance(value, str) else value[0] for key, value in app.query_params.items()}


def reopened(open_app: OpenApp, app: AppTest) -> AppTest:
    """What another visitor sees who is given the link."""
    return open_app("sql", **address(app))


def saved() -> tuple[SavedQuery, ...]:
    with Log.open() as log:
        return stored.saved_queries(log.database)


def save_as(app: AppTest, name: str) -> AppTest:
    app.session_state["sql_save"] = True
    app.run()
    app.text_input(key="sql_name").set_value(name).run()
    return sound(app.button(key="sql_save_button").click().run())


def test_a_good_question_is_there_and_one_click_answers_it(open_app: OpenApp) -> None:
    app = open_app("sql")
    assert app.text_area(key="sql_text").value == FIRST.sql
    assert not app.dataframe
    run(app)
    assert len(rows(app)) == 9
    assert "9 rows, 3 columns, in " in plain(app)
    assert "Reads the log as it was at " in plain(app)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: each.label)
def test_every_example_answers(open_app: OpenApp, example: Any) -> None:  # noqa: ANN401 - a parameter of the test
    app = open_app("sql", sample=True)
    sound(app.button(key=f"sql_example_{example.label}").click().run())
    assert "No answer" not in badges(app)
    assert " columns, in " in plain(app)
    assert len(app.get("vega_lite_chart")) == (example.kind is not None)
    again = open_app("sql", sample=True, **address(app))
    assert again.text_area(key="sql_text").value == example.sql
    assert len(again.dataframe) == len(app.dataframe) == (example.kind is None)


def test_a_mistake_is_a_sentence_with_its_place(open_app: OpenApp) -> None:
    app = run(open_app("sql"), "SELECT checkpoint\nFROM answers\nWHER depth > 3")
    assert "No answer" in badges(app)
    assert "Line 3, column " in plain(app)
    shown = [each.value for each in app.code]
    assert shown[0].splitlines()[0] == "WHER depth > 3"
    assert shown[0].splitlines()[1].strip() == "^"
    assert not app.dataframe


def test_a_name_that_is_not_there_is_marked_too(open_app: OpenApp) -> None:
    app = run(open_app("sql"), "SELECT checkpoint,\n       nowhere\nFROM answers")
    assert "Line 2, column 8: " in plain(app)
    assert app.code[0].value == "       nowhere\n       ^"


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("DROP TABLE answer", "the log is only read here"),
        ("SELECT 1; SELECT 2", "2 statements"),
        ("", "There is no statement"),
        ("SELECT * FROM read_csv('/etc/passwd')", "Only the views and tables of the log can be read here"),
        ("SELECT '" + "x" * LONGEST_SQL + "'", f"{LONGEST_SQL:,} are allowed"),
        ("SELECT count(*) FROM range(100000000000) t(i), range(100000) u(j)", "longer than 5 s and was stopped"),
    ],
    ids=["change", "two", "none", "file", "long", "slow"],
)
def test_what_may_not_run_and_what_takes_too_long_is_said(open_app: OpenApp, sql: str, said: str) -> None:
    app = run(open_app("sql"), sql)
    assert said in plain(app)
    assert not app.dataframe
    assert "3 rows" in plain(run(app, "FROM prompts")), "the page goes on"


def test_the_rows_that_are_not_shown_are_said(open_app: OpenApp) -> None:
    app = run(open_app("sql"), "SELECT * FROM range(12345) t(i)")
    assert len(rows(app)) == 10_000
    assert "The first 10,000 rows, 1 column" in plain(app)
    assert "There are more rows than the 10,000 shown." in plain(app)


def test_an_answer_without_rows_says_so(open_app: OpenApp) -> None:
    assert "No row answers this." in plain(run(open_app("sql"), "FROM prompts WHERE false"))


def test_a_plan_is_shown_as_it_is_drawn(open_app: OpenApp) -> None:
    app = run(open_app("sql"), "EXPLAIN SELECT count(*) FROM answers")
    assert "Aggregate" in app.code[0].value
    assert not app.dataframe


def test_columns_of_one_name_and_of_every_type_are_shown(open_app: OpenApp) -> None:
    app = run(open_app("sql"), "SELECT 1 AS a, 'b' AS a, ['x', 'y'] AS l, {'k': 1} AS s, now() AS t, NULL AS n")
    assert [*rows(app)[0]] == ["c0", "c1", "c2", "c3", "c4", "c5"]
    assert rows(app)[0]["c1"] == "b"


def test_parameters_get_boxes_and_types_and_stand_in_the_link(open_app: OpenApp) -> None:
    app = open_app("sql")
    type_in(app, "SELECT $n + 1 AS more, $who AS who, $sure AS sure, $day AS day").run()
    app.selectbox(key="sql_type_n").set_value("integer")
    app.selectbox(key="sql_type_sure").set_value("boolean")
    app.selectbox(key="sql_type_day").set_value("date").run()
    for name, value in (("n", "41"), ("who", HOSTILE), ("sure", "true"), ("day", "2026-03-07")):
        app.text_input(key=f"sql_value_{name}").set_value(value)
    run(app)
    assert [*rows(app)[0].values()][:3] == [42, HOSTILE, True]
    assert address(app)["p_n"] == "41"
    assert address(app)["t_n"] == "integer"
    assert rows(reopened(open_app, app)) == rows(app)
    assert HOSTILE not in markup(app)


def test_a_value_that_is_none_of_its_type_is_a_sentence(open_app: OpenApp) -> None:
    app = type_in(open_app("sql"), "SELECT $n AS n").run()
    app.selectbox(key="sql_type_n").set_value("integer")
    app.text_input(key="sql_value_n").set_value("five")
    assert "is not a whole number. Write digits only" in plain(run(app))


def test_a_link_shows_the_same_and_runs_it(open_app: OpenApp) -> None:
    app = run(open_app("sql"), "SELECT checkpoint, top_score FROM answers ORDER BY ALL")
    assert address(app) == {"sql": "SELECT checkpoint, top_score FROM answers ORDER BY ALL"}
    again = reopened(open_app, app)
    assert rows(again) == rows(app)
    assert address(again) == address(app)


@pytest.mark.parametrize(
    "given",
    [
        {"sql": "SELEC 1"},
        {"sql": "\x00"},
        {"sql": "x" * 20_000},
        {"query": HOSTILE},
        {"query": ""},
        {"sql": "SELECT $a", "p_a": "x" * 5000, "t_a": "nonsense", "p_'; DROP": "1", "p_": "1", "t_b": "date"},
        {"sql": "SELECT 1 AS a", "chart": "pie", "x": "a"},
        {"sql": "SELECT 'b' AS a, 2 AS n", "chart": "bar", "x": HOSTILE, "y": "datum.x", "colour": "nowhere"},
        {"chart": "bar"},
    ],
    ids=lambda given: " ".join(given),
)
def test_a_link_of_anybody_is_no_error(open_app: OpenApp, given: dict[str, str]) -> None:
    app = open_app("sql", **given)
    assert HOSTILE not in markup(app)
    sound(app.run())


def test_a_link_to_a_query_that_is_gone_says_so(open_app: OpenApp) -> None:
    app = open_app("sql", query=HOSTILE)
    assert f"This log has no saved query “{HOSTILE}”." in plain(app)
    assert app.text_area(key="sql_text").value == FIRST.sql


def test_a_question_is_saved_for_everyone_with_its_parameters(open_app: OpenApp) -> None:
    app = type_in(open_app("sql"), "SELECT $n * 2 AS twice").run()
    app.selectbox(key="sql_type_n").set_value("integer")
    app.text_input(key="sql_value_n").set_value("21")
    app.text_input(key="author").set_value("Ada")
    run(app)
    save_as(app, " Twice  as much ")
    (query,) = saved()
    assert (query.name, query.author, query.sql) == ("Twice as much", "Ada", "SELECT $n * 2 AS twice")
    assert [(each.name, each.type, each.default) for each in query.parameters] == [("n", ParameterType.INTEGER, "21")]
    assert address(app) == {"query": "Twice as much", "p_n": "21"}
    assert "“Twice as much”, saved by Ada on " in plain(app)

    again = reopened(open_app, app)
    assert rows(again) == [{"c0": 42}]
    other = open_app("sql")
    sound(other.selectbox(key="sql_saved_list").set_value("Twice as much").run())
    assert rows(other) == [{"c0": 42}]
    assert other.text_input(key="sql_value_n").value == "21"


def test_a_link_to_a_saved_query_keeps_the_values_of_its_sender(open_app: OpenApp) -> None:
    app = type_in(open_app("sql"), "SELECT $n AS n").run()
    app.text_input(key="sql_value_n").set_value("first")
    save_as(run(app), "Mine")
    app.text_input(key="sql_value_n").set_value("second")
    run(app)
    assert address(app) == {"query": "Mine", "p_n": "second"}
    assert rows(reopened(open_app, app)) == [{"c0": "second"}]
    assert saved()[0].parameters[0].default == "first"


def test_a_changed_statement_has_a_link_of_its_own(open_app: OpenApp) -> None:
    app = save_as(run(open_app("sql"), "SELECT 1 AS a"), "One")
    assert address(app) == {"query": "One"}
    type_in(app, "SELECT 2 AS a").run()
    assert "What you see has been changed since." in plain(app)
    assert "The statement has been changed since this answer." in "".join(each.value for each in app.caption)
    run(app)
    assert address(app) == {"sql": "SELECT 2 AS a"}
    assert saved()[0].sql == "SELECT 1 AS a"


def test_overwriting_and_deleting_are_asked_first(open_app: OpenApp) -> None:
    save_as(run(open_app("sql"), "SELECT 1 AS a"), HOSTILE)
    app = save_as(run(open_app("sql"), "SELECT 2 AS a"), HOSTILE)
    assert f"“{HOSTILE}” is there already, saved on " in plain(app)
    assert saved()[0].sql == "SELECT 1 AS a"
    sound(app.button(key="sql_keep").click().run())
    assert saved()[0].sql == "SELECT 1 AS a"
    sound(app.button(key="sql_save_button").click().run())
    sound(app.button(key="sql_overwrite").click().run())
    assert [each.sql for each in saved()] == ["SELECT 2 AS a"]

    sound(app.button(key="sql_delete").click().run())
    assert f"Delete “{HOSTILE}” for everyone?" in plain(app)
    sound(app.button(key="sql_delete_not").click().run())
    assert len(saved()) == 1
    sound(app.button(key="sql_delete").click().run())
    sound(app.button(key="sql_delete_sure").click().run())
    assert saved() == ()
    assert address(app) == {"sql": "SELECT 2 AS a"}
    assert HOSTILE not in markup(app)


def test_what_cannot_run_is_not_saved(open_app: OpenApp) -> None:
    app = save_as(type_in(open_app("sql"), "DELETE FROM answer").run(), "Away")
    assert "Not saved" in badges(app)
    assert "the log is only read here" in plain(app)
    save_as(type_in(app, "SELECT 1").run(), " ")
    assert "A saved query needs a name." in plain(app)
    assert saved() == ()


def test_a_chart_takes_two_clicks_and_stands_in_the_link(open_app: OpenApp) -> None:
    app = run(open_app("sql"), "SELECT checkpoint, prompt, top_score, depth FROM answers ORDER BY ALL")
    sound(app.radio(key="sql_kind").set_value("Bars").run())
    assert address(app)["chart"] == "bar"
    assert address(app)["x"] == "checkpoint"
    sound(app.selectbox(key="sql_x").set_value("prompt").run())
    (chart,) = app.get("vega_lite_chart")
    assert "Mean of top_score by prompt" in str(chart.proto)
    again = reopened(open_app, app)
    assert address(again) == address(app)
    assert again.radio(key="sql_kind").value == "Bars"
    assert len(again.get("vega_lite_chart")) == 1
    sound(again.radio(key="sql_kind").set_value("Table").run())
    assert "chart" not in address(again)
    assert len(rows(again)) == 9


def test_checkpoints_have_their_colours(open_app: OpenApp) -> None:
    app = open_app("sql", sql="SELECT checkpoint, count(*) AS n FROM answers GROUP BY ALL ORDER BY ALL", chart="bar")
    (chart,) = app.get("vega_lite_chart")
    assert all(colour in str(chart.proto).lower() for colour in ("#0072b2", "#d55e00", "#009e73"))


def test_refresh_reads_what_was_asked_since(open_app: OpenApp) -> None:
    app = run(open_app("sql"), "SELECT count(*) AS n FROM prompts")
    assert rows(app) == [{"c0": 3}]
    with Log.open() as log:
        log.append(samples.ask("Snow is [MASK].", number=9))
    app.run()
    assert rows(app) == [{"c0": 3}]
    assert "The log has changed since." in plain(app)
    sound(app.button(key="sql_refresh").click().run())
    assert rows(app) == [{"c0": 4}]
    assert "The log has changed since." not in plain(app)


def test_every_view_can_be_found_and_says_what_its_columns_mean(open_app: OpenApp) -> None:
    app = open_app("sql")
    with Log.open() as log:
        names = {view.name for view in views(log.database)}
    assert names < {each.label for each in app.expander}
    app.text_input(key="sql_schema").set_value("top1_margin").run()
    shown = {each.label for each in app.expander}
    assert shown == {"answers", "latest_answers"}
    assert "how far the first piece is ahead of the second" in plain(app)
    app.button(key="sql_insert_answers").click().run()
    assert str(app.text_area(key="sql_text").value).endswith(" answers")
    app.text_input(key="sql_schema").set_value(HOSTILE).run()
    assert f"No view, column or macro holds “{HOSTILE}”." in plain(app)


def test_every_view_that_is_offered_can_be_asked(open_app: OpenApp) -> None:
    with Log.open() as log:
        names = [view.name for view in views(log.database)]
    app = run(open_app("sql"), " UNION ALL ".join(f"(FROM {name} SELECT '{name}', count(*))" for name in names))
    assert [row["c0"] for row in rows(app)] == names


def test_text_of_people_in_an_answer_is_no_markup(open_app: OpenApp) -> None:
    sql = f"SELECT '{HOSTILE}' AS \"{HOSTILE}\", 1 AS n"
    app = open_app("sql", sql=sql, chart="bar")
    assert len(app.get("vega_lite_chart")) == 1
    assert HOSTILE not in markup(app)
    assert HOSTILE not in markup(run(app, sql + " FROM nowhere"))


@pytest.mark.parametrize(
    ("sql", "line", "column", "shown"),
    [
        ("SELECT a", 1, 8, "SELECT a\n       ^"),
        ("a\n\tb", 2, 2, " b\n ^"),
        ("SELECT '日本' x", 1, 13, "SELECT '日本' x\n              ^"),
        ("a", 1, 99, "a\n ^"),
        ("a", 2, 1, ""),
        ("a\x1bb", 1, 3, "a\N{REPLACEMENT CHARACTER}b\n  ^"),
        ("a", 1, None, "a"),
    ],
)
def test_the_mark_stands_under_its_place(sql: str, line: int, column: int | None, shown: str) -> None:
    assert marked(sql, line, column) == shown


def test_a_long_line_is_cut_around_the_mistake() -> None:
    text, mark = marked("x" * 500 + "!" + "y" * 500, 1, 501).split("\n")
    assert len(text) == WIDEST + 2
    assert text[len(mark) - 1] == "!"
