"""What an analyst types: every statement with its whole answer, on the log that `small_log` fills.

The log holds five runs: the published sample (three answers about one prompt, in two spellings), an ask of one mask, an ask of
two masks a minute later, a running batch of four prompts a day later, and the first ask once more. Three checkpoints answer
everything but the sample. The answers below were worked out from that, not copied from a run.
"""

# ruff: noqa: DTZ001  the log keeps times in UTC without their zone
from __future__ import annotations

import math
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from storage import samples
from storage.database import Database
from storage.log import Log
from storage.visitors import Value
from tests.storage.samples import ask, batch

FRANCE = "The capital of France is [MASK]."
CAT = "The [MASK] sat on the [MASK]."
BATCH = (FRANCE, "Paris is the capital of [MASK].", "Water boils at [MASK] degrees.", "A [MASK] barks at night.")
DAY = 86_400
SCORES = (0.25727880001068115, 0.20740646123886108, 0.06773324310779572, 0.06548510491847992, 0.06167399138212204)
"""Of the sample: what bert-base-uncased gives main, primary, first, central and basic."""


def small_log(database: Database) -> None:
    """Fill an empty log."""
    samples.add(database)
    log = Log(database)
    log.append(ask(FRANCE))
    log.append(ask(CAT, number=60, candidates=("cat", "mattress")))
    log.append(batch(BATCH, number=DAY))
    log.append(ask(FRANCE, number=2 * DAY))


Answer = list[tuple[Any, ...]]

LEGITIMATE: list[tuple[str, str, Answer]] = [
    ("count", "SELECT count(*) FROM runs", [(5,)]),
    ("comment", "-- how many answers?\nSELECT count(*) /* all */ FROM answers;", [(21,)]),
    ("from-first", "FROM checkpoints SELECT checkpoint WHERE source = 'bundled' ORDER BY ALL",
     [("albert-mini",), ("bert-mini",), ("distilbert-mini",)]),
    ("from-alone", "FROM (SELECT 1 AS a, 'x' AS b)", [(1, "x")]),
    ("values", "VALUES (1, 'one'), (2, 'two')", [(1, "one"), (2, "two")]),
    ("table", "SELECT count(*) FROM (TABLE prompts)", [(7,)]),
    ("group-by-all", "SELECT kind, status, count(*) FROM runs GROUP BY ALL ORDER BY ALL",
     [("ask", "complete", 3), ("batch", "running", 1), ("sample", "complete", 1)]),
    ("having", "SELECT family, count(*) AS n FROM predictions GROUP BY family HAVING n > 90 ORDER BY family",
     [("albert", 95), ("bert", 95), ("distilbert", 95)]),
    ("alias-in-where", "SELECT upper(kind) AS k FROM runs WHERE k = 'BATCH'", [("BATCH",)]),
    ("rollup", "SELECT kind, count(*) FROM runs GROUP BY ROLLUP (kind) ORDER BY ALL",
     [("ask", 3), ("batch", 1), ("sample", 1), (None, 5)]),
    ("cube", "SELECT kind, reused, count(*) FROM asks GROUP BY CUBE (kind, reused) ORDER BY ALL",
     [("ask", False, 12), ("ask", None, 12), ("batch", False, 12), ("batch", None, 12), ("sample", False, 3),
      ("sample", None, 3), (None, False, 27), (None, None, 27)]),
    ("grouping-sets", "SELECT kind, grouping(kind), count(*) FROM runs GROUP BY GROUPING SETS ((kind), ()) ORDER BY ALL",
     [("ask", 0, 3), ("batch", 0, 1), ("sample", 0, 1), (None, 1, 5)]),
    ("filter-clause", "SELECT count(*) FILTER (WHERE kind = 'ask'), count(*) FILTER (kind <> 'ask') FROM asks", [(12, 15)]),
    ("window-rank", "SELECT word, rank() OVER (ORDER BY score DESC) FROM predictions WHERE checkpoint = 'bert-base-uncased'"
     " ORDER BY 2", [("main", 1), ("primary", 2), ("first", 3), ("central", 4), ("basic", 5)]),
    ("window-lag", "SELECT rank, lag(rank) OVER (ORDER BY rank), lead(rank, 2, -1) OVER (ORDER BY rank) FROM predictions"
     " WHERE checkpoint = 'albert-base-v2' ORDER BY rank",
     [(1, None, 3), (2, 1, 4), (3, 2, 5), (4, 3, -1), (5, 4, -1)]),
    ("window-frame", "SELECT i, sum(i) OVER (ORDER BY i ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM range(4) AS r(i)",
     [(0, 1), (1, 3), (2, 6), (3, 5)]),
    ("window-named", "SELECT i, first_value(i) OVER w, ntile(2) OVER w FROM range(4) AS r(i) WINDOW w AS (ORDER BY i DESC)"
     " ORDER BY i", [(0, 3, 2), (1, 3, 2), (2, 3, 1), (3, 3, 1)]),
    ("window-exclude", "SELECT i, sum(i) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW)"
     " FROM range(3) AS r(i) ORDER BY i", [(0, 3), (1, 2), (2, 1)]),
    ("qualify", "SELECT checkpoint, word FROM predictions WHERE family = 'bert' AND prompt LIKE 'MLM%'"
     " QUALIFY row_number() OVER (PARTITION BY answer_id ORDER BY score DESC) <= 2 ORDER BY score DESC",
     [("bert-base-uncased", "main"), ("bert-base-uncased", "primary")]),
    ("distinct-on", "SELECT DISTINCT ON (checkpoint) checkpoint, word FROM predictions WHERE prompt LIKE 'MLM%'"
     " ORDER BY checkpoint, rank", [("bert-base-uncased", "main"), ("distilbert-base-uncased", "primary")]),
    ("running-total", "SELECT rank, round(sum(score) OVER (ORDER BY rank), 6) FROM predictions"
     " WHERE checkpoint = 'bert-base-uncased' ORDER BY rank",
     [(i + 1, round(math.fsum(SCORES[: i + 1]), 6)) for i in range(5)]),
    ("pivot", "PIVOT asks ON kind IN ('ask', 'batch', 'sample') USING count(*) GROUP BY family ORDER BY family",
     [("albert", 4, 4, 1), ("bert", 4, 4, 1), ("distilbert", 4, 4, 1)]),
    ("pivot-two-figures", "PIVOT (SELECT family, rank FROM predictions) ON family IN ('bert') USING max(rank) AS deepest,"
     " count(*) AS lines", [(20, 95)]),
    ("pivot-standard", "SELECT * FROM (SELECT kind, reused FROM asks) PIVOT (count(*) FOR kind IN ('ask', 'batch'))",
     [(False, 12, 12)]),
    ("pivot-finds-values", "PIVOT asks ON kind USING count(*) GROUP BY reused", [(False, 12, 12, 3)]),
    ("unpivot", "UNPIVOT (SELECT 1 AS jan, 2 AS feb, NULL::INTEGER AS mar) ON jan, feb, mar INTO NAME month VALUE n",
     [("jan", 1), ("feb", 2)]),
    ("unpivot-nulls", "FROM (SELECT 7 AS k, 1 AS a, NULL::INTEGER AS b) UNPIVOT INCLUDE NULLS (v FOR n IN (a, b)) ORDER BY n",
     [(7, "a", 1), (7, "b", None)]),
    ("cte", "WITH first AS (FROM predictions WHERE rank = 1), best AS (SELECT checkpoint, max(score) AS s FROM"
     " first GROUP BY ALL)"
     " SELECT checkpoint FROM best WHERE checkpoint NOT LIKE '%-mini' ORDER BY s",
     [("albert-base-v2",), ("bert-base-uncased",), ("distilbert-base-uncased",)]),
    ("cte-materialized", "WITH a AS MATERIALIZED (SELECT count(*) AS n FROM prompts) SELECT a.n, b.n FROM a, a AS b", [(7, 7)]),
    ("cte-recursive", "WITH RECURSIVE f(n, a, b) AS (SELECT 1, 0, 1 UNION ALL SELECT n + 1, b, a + b FROM f WHERE n < 10)"
     " SELECT max(b) FROM f", [(55,)]),
    ("cte-recursive-tree", "WITH RECURSIVE t AS (SELECT 1 AS i, [1] AS path UNION ALL SELECT i * 2, path || [i * 2] FROM t"
     " WHERE i < 8) SELECT path FROM t ORDER BY len(path) DESC LIMIT 1", [([1, 2, 4, 8],)]),
    ("lists", "SELECT list(word ORDER BY rank)[1:2], [x * 2 FOR x IN list(rank ORDER BY rank) IF x > 3] FROM predictions"
     " WHERE checkpoint = 'bert-base-uncased'", [(["main", "primary"], [8, 10])]),
    ("lambdas", "SELECT list_filter(range(10), lambda x: x % 3 = 0), list_reduce([1, 2, 3], lambda a, b: a * 10 + b)",
     [([0, 3, 6, 9], 123)]),
    ("lambda-index", "SELECT list_transform(['a', 'b'], lambda word, i: word || i)", [(["a1", "b2"],)]),
    ("unnest", "SELECT unnest(['x', 'y']) AS word, unnest(range(2)) AS i", [("x", 0), ("y", 1)]),
    ("unnest-structs", "SELECT slot.word, slot.logprob FROM (SELECT unnest(slots) AS slot FROM fillings"
     " WHERE checkpoint = 'bert-mini' AND fill_order = 'beam' AND rank = 1) ORDER BY ALL", [("word0", -0.5), ("word1", -1.5)]),
    ("structs", "SELECT s.a, s['b'], struct_extract(s, 'a') + 1 FROM (SELECT {'a': 1, 'b': 'x'} AS s)", [(1, "x", 2)]),
    ("struct-star", "SELECT s.* EXCLUDE (b) FROM (SELECT {'a': 1, 'b': 2} AS s)", [(1,)]),
    ("maps", "SELECT m['a'], map_keys(m), cardinality(m) FROM (SELECT MAP {'a': 1, 'b': 2} AS m)", [(1, ["a", "b"], 2)]),
    ("histogram", "SELECT histogram(kind) FROM runs", [({"ask": 3, "batch": 1, "sample": 1},)]),
    ("json", "SELECT options->>'$.top_k', (options->'candidates')::VARCHAR[] FROM runs WHERE prompt_count = 1"
     " AND answer_count = 6", [("5", ["cat", "mattress"])]),
    ("json-each", "SELECT key, value::INTEGER FROM json_each('{\"a\": 1, \"b\": 2}') ORDER BY key", [("a", 1), ("b", 2)]),
    ("macro-overlap", "SELECT overlap(['a', 'b', 'c', 'd'], ['b', 'a', 'x', 'y']), jaccard(['a', 'b'], ['b', 'c'])",
     [(0.5, 1 / 3)]),
    ("macro-rbo", "SELECT rbo(['a', 'b', 'c'], ['a', 'b', 'c'], 0.9), rbo(['a'], ['b'], 0.9), round(perplexity(ln(8)), 9)",
     [(1.0, 0.0, 8.0)]),
    ("macro-on-lists", "WITH l AS (SELECT checkpoint, list(word ORDER BY rank) AS words FROM predictions WHERE"
     " prompt ILIKE 'mlm%'"
     " GROUP BY ALL) SELECT a.checkpoint, b.checkpoint, overlap(a.words, b.words) FROM l AS a JOIN l AS b"
     " ON a.checkpoint < b.checkpoint ORDER BY ALL",
     [("albert-base-v2", "bert-base-uncased", 0.4), ("albert-base-v2", "distilbert-base-uncased", 0.4),
      ("bert-base-uncased", "distilbert-base-uncased", 0.4)]),
    ("macro-selection", "SELECT count(*), sum(weight) FROM selected_answers(kinds := ['ask'], counting := 'asks')", [(9, 12)]),
    ("macro-words", "SELECT count(*) FROM selected_words(checkpoints := ['bert-base-uncased'], depth := 3)", [(3,)]),
    ("macro-pairs", "SELECT count(*), count(DISTINCT prompt_id) FROM selected_pairs(kinds := ['ask'])", [(9, 2)]),
    ("left-join", "SELECT p.prompt, count(g.rbo) FROM prompts AS p LEFT JOIN agreements AS g USING (prompt_id)"
     " WHERE p.prompt LIKE 'The%' OR p.prompt LIKE 'Water%' GROUP BY p.prompt ORDER BY ALL",
     [(CAT, 6), (FRANCE, 3), ("Water boils at [MASK] degrees.", 0)]),
    ("anti-join", "SELECT prompt FROM prompts ANTI JOIN (FROM asks WHERE kind <> 'sample') AS a USING (prompt_id) ORDER BY 1",
     [("MLM and NSP is the [MASK] task of BERT.",), ("mlm and nsp is the [MASK] task of bert.",)]),
    ("semi-join", "SELECT count(*) FROM checkpoints SEMI JOIN fillings USING (checkpoint_id)", [(3,)]),
    ("lateral-join", "SELECT c.checkpoint, t.word FROM checkpoints AS c, LATERAL (SELECT word FROM predictions AS p"
     " WHERE p.checkpoint_id = c.checkpoint_id ORDER BY score DESC LIMIT 1) AS t WHERE c.source = 'import' ORDER BY ALL",
     [("albert-base-v2", "ultimate"), ("bert-base-uncased", "main"), ("distilbert-base-uncased", "primary")]),
    ("asof-join", "SELECT t.i, k.v FROM range(5) AS t(i) ASOF JOIN (VALUES (1, 'a'), (3, 'b')) AS k(i, v) ON t.i >= k.i"
     " ORDER BY t.i", [(1, "a"), (2, "a"), (3, "b"), (4, "b")]),
    ("asof-runs", "SELECT r.kind FROM (SELECT TIMESTAMP '2026-03-01 12:00' AS at) AS m ASOF JOIN runs AS r"
     " ON m.at >= r.started_at", [("ask",)]),
    ("positional-join", "FROM (VALUES (1), (2)) AS a(x) POSITIONAL JOIN (VALUES ('p'), ('q')) AS b(y)", [(1, "p"), (2, "q")]),
    ("correlated", "SELECT checkpoint FROM checkpoints AS c WHERE (SELECT count(*) FROM answers AS a"
     " WHERE a.checkpoint_id = c.checkpoint_id) = 6 ORDER BY 1", [("albert-mini",), ("bert-mini",), ("distilbert-mini",)]),
    ("set-operations", "(SELECT unnest([1, 2, 3]) EXCEPT SELECT 2) INTERSECT SELECT unnest([3, 4])", [(3,)]),
    ("union-by-name", "SELECT 1 AS a UNION ALL BY NAME SELECT 2 AS b ORDER BY ALL", [(1, None), (None, 2)]),
    ("quantiles", "SELECT quantile_cont(rank, 0.5), quantile_disc(rank, [0.25, 0.75]), median(rank), mode(rank), mad(rank)"
     " FROM predictions WHERE checkpoint = 'albert-base-v2' AND rank < 5", [(2.5, [1, 3], 2.5, 1, 1.0)]),
    ("statistics", "SELECT corr(x, y), regr_slope(y, x), stddev_pop(x), entropy(x) FROM (VALUES (1, 3), (3, 7)) AS t(x, y)",
     [(1.0, 2.0, 1.0, 1.0)]),
    ("arg-max", "SELECT arg_max(word, score), arg_min(word, score, 2), max(score) FROM predictions WHERE prompt LIKE 'MLM%'",
     [("primary", ["principal", "dual"], 0.25902509689331055)]),
    ("string-agg", "SELECT string_agg(word, ' > ' ORDER BY rank) FROM predictions WHERE checkpoint = 'albert-base-v2'",
     [("ultimate > hardest > primary > main > foremost",)]),
    ("approximate", "SELECT approx_count_distinct(answer_id) BETWEEN 15 AND 27, approx_quantile(rank, 0.5) FROM predictions"
     " WHERE rank <= 5", [(True, 3)]),
    ("sample-rows", "SELECT count(*) FROM (FROM predictions USING SAMPLE reservoir(10 ROWS) REPEATABLE (7))", [(10,)]),
    ("sample-percent", "SELECT count(*) FROM predictions TABLESAMPLE 100 PERCENT (bernoulli)", [(285,)]),
    ("limit-percent", "SELECT i FROM range(50) AS r(i) ORDER BY i LIMIT 6 %", [(0,), (1,), (2,)]),
    ("limit-offset", "SELECT word FROM predictions WHERE checkpoint = 'bert-base-uncased' ORDER BY rank LIMIT 2 OFFSET 3",
     [("central",), ("basic",)]),
    ("regexes", "SELECT regexp_extract(prompt, '(\\w+) of (\\w+)', ['a', 'b']), prompt ~ '.*\\[MASK\\]\\.' FROM prompts"
     " WHERE prompt LIKE '% France %'", [({"a": "capital", "b": "France"}, True)]),
    ("regex-replace", "SELECT regexp_replace('bert-base-uncased', '-(\\w)', '_\\1', 'g'),"
     " regexp_split_to_array('a1b22c', '\\d+')",
     [("bert_base_uncased", ["a", "b", "c"])]),
    ("strings", "SELECT split_part(checkpoint, '-', 1), len(checkpoint), checkpoint[-4:], checkpoint.upper().left(2)"
     " FROM checkpoints WHERE checkpoint = 'bert-mini'", [("bert", 9, "mini", "BE")]),
    ("similar-text", "SELECT levenshtein('kitten', 'sitting'), 'a' LIKE '_', 'Ab' ILIKE 'a%', 'abc' SIMILAR TO"
     " 'a.c', 'x' GLOB '[w-y]'",
     [(3, True, True, True, True)]),
    ("unicode", "SELECT length('caf\u00e9'), upper('\u00e9\u00e8'), 'na\u00efve' COLLATE NOACCENT = 'naive', '\U0001f600'",
     [(4, "\u00c9\u00c8", True, "\U0001f600")]),
    ("dates", "SELECT started_at::DATE, date_trunc('hour', started_at), dayname(started_at) FROM runs WHERE kind = 'batch'",
     [(date(2026, 3, 2), datetime(2026, 3, 2, 9), "Monday")]),
    ("date-arithmetic", "SELECT DATE '2026-03-01' + INTERVAL 1 MONTH, date_diff('day', DATE '2026-02-27', DATE '2026-03-01'),"
     " strftime(DATE '2026-03-01', '%d.%m.%Y'), strptime('7/3/2026', '%d/%m/%Y')::DATE",
     [(datetime(2026, 4, 1), 2, "01.03.2026", date(2026, 3, 7))]),
    ("runs-per-day", "SELECT time_bucket(INTERVAL 1 DAY, started_at)::DATE AS day, count(*) FROM runs WHERE kind <> 'sample'"
     " GROUP BY day ORDER BY day", [(date(2026, 3, 1), 2), (date(2026, 3, 2), 1), (date(2026, 3, 3), 1)]),
    ("calendar", "SELECT d::DATE, coalesce(n, 0) FROM generate_series(DATE '2026-03-01', DATE '2026-03-04',"
     " INTERVAL 1 DAY) AS g(d)"
     " LEFT JOIN (SELECT started_at::DATE AS d, count(*) AS n FROM runs GROUP BY 1) USING (d) ORDER BY d",
     [(date(2026, 3, 1), 2), (date(2026, 3, 2), 1), (date(2026, 3, 3), 1), (date(2026, 3, 4), 0)]),
    ("time-zones", "SELECT (TIMESTAMPTZ '2026-03-01 12:00:00+02' AT TIME ZONE 'Asia/Tokyo')::VARCHAR,"
     " epoch(TIMESTAMPTZ '1970-01-02 00:00Z')",
     [("2026-03-01 19:00:00", 86400.0)]),
    ("intervals", "SELECT finished_at - started_at = INTERVAL '40 milliseconds' FROM runs WHERE kind = 'ask'", [(True,)] * 3),
    ("case", "SELECT CASE kind WHEN 'ask' THEN 'typed' ELSE 'loaded' END AS how, count(*) FROM runs GROUP BY how ORDER BY how",
     [("loaded", 2), ("typed", 3)]),
    ("conversions", "SELECT TRY_CAST('x' AS INTEGER), '12'::DECIMAL(5, 2), 7 // 2, 7 % 4, 2 ** 10, 1_000, 'NaN'::DOUBLE > 1",
     [(None, Decimal("12.00"), 3, 3, 1024.0, 1000, True)]),
    ("columns", "SELECT COLUMNS('^(family|depth)$') FROM answers WHERE checkpoint = 'albert-base-v2'", [("albert", 5)]),
    ("columns-lambda", "SELECT max(COLUMNS(lambda c: c LIKE '%_count')) FROM runs", [(4, 12, 0)]),
    ("star-replace", "SELECT * EXCLUDE (b) REPLACE (a + 1 AS a) RENAME (c AS d) FROM (SELECT 1 AS a, 2 AS b, 3"
     " AS c)", [(2, 3)]),
    ("ignore-nulls", "SELECT last_value(x IGNORE NULLS) OVER (ORDER BY i) FROM (VALUES (1, 'a'), (2, NULL), (3,"
     " NULL)) AS t(i, x)",
     [("a",)] * 3),
    ("order-nulls", "SELECT x FROM (VALUES (1), (NULL), (2)) AS t(x) ORDER BY x DESC NULLS FIRST", [(None,), (2,), (1,)]),
    ("row-comparison", "SELECT (1, 'b') > (1, 'a'), 3 IS DISTINCT FROM NULL, 5 BETWEEN 1 AND 5, 2 IN (1, 2)", [(True,) * 4]),
    ("prefix-alias", "SELECT n: count(*), deepest: max(depth) FROM answers", [(21, 20)]),
    ("query-a-text", "FROM query('SELECT count(*) FROM checkpoints')", [(6,)]),
    ("query-a-name", "SELECT count(*) FROM query_table('prompts')", [(7,)]),
    ("explain-as-data", "SELECT count(*) > 0 FROM (DESCRIBE predictions) WHERE column_name = 'score' AND"
     " column_type = 'DOUBLE'",
     [(True,)]),
    ("show-as-data", "SELECT count(*) FROM (SHOW ALL TABLES) WHERE name IN ('runs', 'answers')", [(2,)]),
    ("comment-of-a-column", "SELECT comment FROM duckdb_columns() WHERE table_name = 'predictions' AND column_name = 'score'",
     [("The probability, 0 to 1; NULL where no score was published.",)]),
    ("semicolon-in-text", "SELECT ';DROP TABLE run', $$it's; -- fine$$, 'a''b'", [(";DROP TABLE run", "it's; -- fine", "a'b")]),
    ("words-of-commands", "SELECT 'COPY x TO y' AS \"insert\", 1 AS \"delete\"", [("COPY x TO y", 1)]),
]  # fmt: skip  # a row of the corpus is one statement with its answer beside it, not eight lines

DESCRIBED = ("column_name", "column_type", "null", "key", "default", "extra")
SUMMARIZED = (*DESCRIBED[:2], "min", "max", "approx_unique", "avg", "std", "q25", "q50", "q75", "count", "null_percentage")
DESCRIBING: list[tuple[str, str, tuple[str, ...], int | None, str]] = [
    ("describe", "DESCRIBE runs", DESCRIBED, 12, "refused_count"),
    ("describe-select", "DESCRIBE SELECT 1 AS a", DESCRIBED, 1, "INTEGER"),
    ("summarize", "SUMMARIZE SELECT rank FROM predictions", SUMMARIZED, 1, "rank"),
    ("show-tables", "SHOW TABLES", ("name",), None, "predictions"),
    ("explain", "EXPLAIN SELECT count(*) FROM runs WHERE kind = 'ask'", ("explain_key", "explain_value"), 1, "kind"),
    ("explain-json", "EXPLAIN (FORMAT json) SELECT count(*) FROM runs", ("explain_key", "explain_value"), 1, '"name"'),
]  # fmt: skip
"""Answers that DuckDB words: id, statement, names of the columns, rows where they are certain, and a text in some cell."""

PARAMETERS: list[tuple[str, str, dict[str, Value], Answer]] = [
    ("value-text", "SELECT count(*) FROM runs WHERE kind = $kind", {"kind": "ask"}, [(3,)]),
    ("value-text-like-sql", "SELECT $x", {"x": "'; DROP TABLE run; --"}, [("'; DROP TABLE run; --",)]),
    ("value-text-not-a-number", "SELECT $x || '!'", {"x": "7"}, [("7!",)]),
    ("value-integer", "SELECT word FROM predictions WHERE checkpoint = 'albert-base-v2' AND rank <= $depth"
     " ORDER BY rank", {"depth": 2},
     [("ultimate",), ("hardest",)]),
    ("value-number", "SELECT count(*) FROM predictions WHERE prompt LIKE 'MLM%' AND score > $floor", {"floor": 0.2}, [(3,)]),
    ("value-date", "SELECT kind FROM runs WHERE started_at::DATE = $day", {"day": date(2026, 3, 2)}, [("batch",)]),
    ("value-boolean", "SELECT count(*) FROM asks WHERE reused = $reused", {"reused": False}, [(27,)]),
    ("value-empty", "SELECT $x IS NULL", {"x": None}, [(True,)]),
    ("value-twice", "SELECT $x + $x, $y", {"x": 2, "y": "b"}, [(4, "b")]),
    ("value-in-a-macro", "SELECT count(*) FROM selected_asks(author := $author, label := $label)",
     {"author": None, "label": samples.LABEL}, [(3,)]),
    ("value-in-a-limit", "SELECT i FROM range(9) AS r(i) ORDER BY i LIMIT $n", {"n": 1}, [(0,)]),
    ("value-unicode", "SELECT length($x)", {"x": "caf\u00e9 \U0001f600"}, [(6,)]),
]  # fmt: skip
