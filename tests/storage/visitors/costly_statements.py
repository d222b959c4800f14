"""Statements that want the machine: its time, its memory, or the life of the process that answers."""

# ruff: noqa: S608  statements are what this is about, and numbers are all that is put into them
from __future__ import annotations

from tests.storage.visitors.verdicts import COSTLY, FAILS, QUIET, STUCK, Row


def nested(start: str, depth: int, end: str) -> str:
    """`start` and `end` so many times around a 1."""
    return "SELECT " + start * depth + "1" + end * depth


def chained(link: str, length: int) -> str:
    """A 1 and so many links."""
    return "SELECT 1" + link * length


def doubled(times: int) -> str:
    """A select list that doubles with every level."""
    return "SELECT *, * FROM (" * times + "SELECT 1 AS a" + ")" * times


def doubled_tables(times: int) -> str:
    """A chain of common table expressions, each the one before twice."""
    steps = "".join(f", t{i} AS (SELECT a.i FROM t{i - 1} AS a, t{i - 1} AS b)" for i in range(1, times))
    return f"WITH t0 AS (SELECT i FROM range(3) AS r(i)){steps} SELECT count(*) FROM t{times - 1}"


KILLERS: list[Row] = [
    ("json-to-variant", "SELECT (repeat('[', 12000) || repeat(']', 12000))::JSON::VARIANT", FAILS),
    ("json-objects-to-variant", "SELECT (repeat('{\"a\":', 9000) || '1' || repeat('}', 9000))::JSON::VARIANT", COSTLY),
    ("json-structure", "SELECT json_structure((repeat('[', 60000) || repeat(']', 60000))::JSON)", COSTLY),
    ("json-transform", "SELECT json_transform(repeat('[', 60000) || repeat(']', 60000), '[\"JSON\"]')", COSTLY),
    ("json-normalized", "SELECT length(json_normalize((repeat('[', 90000) || repeat(']', 90000))::JSON)::VARCHAR)", COSTLY),
    ("json-merged", "SELECT json_merge_patch(repeat('{\"a\":', 50000) || '1' || repeat('}', 50000), '{\"a\": 2}')", COSTLY),
    ("json-equal", "SELECT json_contains(repeat('[', 50000) || repeat(']', 50000), '7')", COSTLY),
    ("json-tree", "SELECT count(*) FROM json_tree(repeat('[', 20000) || repeat(']', 20000))", COSTLY),
    ("json-path", "SELECT json_extract('[]', '$' || repeat('[0]', 100000))", COSTLY),
    ("json-statements", "SELECT json_deserialize_sql(repeat('{\"statements\":[', 20000))", FAILS),
    ("list-type", "SELECT NULL::INTEGER" + "[]" * 4900, COSTLY),
    ("list-type-cast", "SELECT ('[' || '1' || ']')::INTEGER" + "[]" * 900, COSTLY),
    ("struct-type", "SELECT NULL::" + "STRUCT(a " * 1000 + "INT" + ")" * 1000, COSTLY),
    ("struct-text", "SELECT (repeat('{a:', 60000) || '1' || repeat('}', 60000))::STRUCT(a VARCHAR)", COSTLY),
    ("list-text", "SELECT (repeat('[', 200000) || repeat(']', 200000))::VARCHAR[]", COSTLY),
    ("parentheses", nested("(", 4900, ")"), COSTLY),
    ("lists", nested("[", 4900, "]"), COSTLY),
    ("structs", nested("{'a':", 1600, "}"), COSTLY),
    ("function-calls", nested("abs(", 1900, ")"), COSTLY),
    ("casts", chained("::INT", 1900), COSTLY),
    ("subqueries", nested("(SELECT ", 1100, ")"), COSTLY),
    ("tables", "SELECT * FROM " + "(FROM " * 1200 + "range(1)" + ")" * 1200, COSTLY),
    ("cases", nested("CASE WHEN true THEN ", 350, " END"), COSTLY),
    ("minus-signs", "SELECT " + "- " * 4900 + "1", COSTLY),
    ("negations", "SELECT " + "NOT " * 2400 + "true", COSTLY),
    ("sums", chained("+1", 4900), COSTLY),
    ("conjunctions", "SELECT true" + " AND true" * 1000, COSTLY),
    ("concatenations", "SELECT 'a'" + "||'a'" * 1900, COSTLY),
    ("unions", "SELECT 1" + " UNION SELECT 1" * 640, COSTLY),
    ("unions-all", "FROM range(1)" + " UNION ALL FROM range(1)" * 400, COSTLY),
    ("lambdas", "SELECT " + "list_transform([1], lambda x: " * 220 + "[1]" + ")" * 220, COSTLY),
    ("array-index", "SELECT [1]" + "[1:1]" * 1500, COSTLY),
    ("field-access", "SELECT {'a': 1}" + ".a" * 4000, FAILS),
    ("explained-parentheses", "EXPLAIN SELECT " + "(" * 4000 + "1" + ")" * 4000, COSTLY),
    ("column-doubling", doubled(26), COSTLY),
    ("table-doubling", doubled_tables(24), COSTLY),
    ("columns-of-columns", "SELECT COLUMNS(*) + COLUMNS(*), " + "COLUMNS(*)," * 800 + "1 FROM predictions", COSTLY),
    ("cube", "SELECT count(*) FROM runs GROUP BY CUBE (" + ", ".join(f"{i} + prompt_count" for i in range(40)) + ")", FAILS),
    (
        "sixteen-bit-cube",
        "SELECT count(*) FROM runs GROUP BY CUBE (" + ", ".join("prompt_count" for _ in range(16)) + ")",
        COSTLY,
    ),
    ("join-order", "SELECT count(*) FROM " + " NATURAL JOIN ".join(["predictions"] * 60), COSTLY),
    ("cross-order", "SELECT count(*) FROM " + ", ".join(f"predictions p{i}" for i in range(200)), COSTLY),
    ("in-list", "SELECT 1 WHERE 7 IN (" + "1," * 4800 + "2)", QUIET),
    ("windows", "SELECT " + "sum(i) OVER (ORDER BY -i)," * 300 + "1 FROM range(100000) t(i)", COSTLY),
    ("pivot-wide", "PIVOT (FROM range(9)) ON range IN (" + ",".join(map(str, range(1900))) + ") USING count(*)", COSTLY),
    ("many-quantiles", "SELECT quantile_cont(i, range(100000)::DOUBLE[] ) FROM range(9) t(i)", COSTLY),
    ("aggregate-state", "SELECT finalize('\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff'::BLOB)", FAILS),
    ("aggregate-state-made", "SELECT finalize(to_aggregate_state('\\x01'::BLOB, 'string_agg', ['VARCHAR']))", QUIET),
    ("aggregate-state-cast", "SELECT combine('\\x00'::BLOB, '\\x00'::BLOB)", FAILS),
    ("variant-bytes", "SELECT variant_bytes_to_variant('\\xff\\xff\\xff\\xff\\x7f\\xff\\xff\\xff\\xff'::BLOB)", COSTLY),
    ("big-number-bytes", "SELECT '\\x00\\x00\\x01'::BLOB::BIGNUM", COSTLY),
    ("big-number-text", "SELECT length(repeat('9', 3000000)::BIGNUM::VARCHAR)", COSTLY),
    ("map-bytes", "SELECT st_geomfromwkb(unhex(repeat('0107000000ffffff7f', 9000)))", FAILS),
    ("map-text", "SELECT (repeat('GEOMETRYCOLLECTION(', 40000) || 'POINT(0 0)' || repeat(')', 40000))::GEOMETRY", COSTLY),
    ("bits", "SELECT set_bit(''::BIT, 2147483647, 1)", FAILS),
    ("bitstring", "SELECT length(bitstring('1', 2147483647))", COSTLY),
    ("compressed-string", "SELECT __internal_decompress_string(340282366920938463463374607431768211455::UHUGEINT)", COSTLY),
    ("compressed-integer", "SELECT __internal_decompress_integral_bigint(255::UTINYINT, 9223372036854775807)", COSTLY),
    ("enum-code", "SELECT enum_range(NULL::VARCHAR)", FAILS),
    ("vectors", "FROM test_vector_types(NULL::STRUCT(a INTEGER[][], b VARCHAR), all_flat = true)", COSTLY),
    ("all-types", "FROM test_all_types(use_large_enum = true, use_large_bignum = true)", COSTLY),
    ("format-width", "SELECT format('{:>2000000000}', 'x')", COSTLY),
    ("printf-width", "SELECT printf('%2000000000d', 1)", COSTLY),
    ("printf-pointer", "SELECT printf('%n%s%p', 1, 2, 3)", COSTLY),
    ("regex-repeats", "SELECT regexp_matches('a', '((a{1000}){1000}){1000}')", COSTLY),
    ("regex-nested", "SELECT regexp_matches('a', repeat('(', 20000) || repeat(')', 20000))", COSTLY),
    ("regex-bad-utf", "SELECT regexp_extract_all('\u00e9\u00e9', '\\C')", COSTLY),
    ("time-zone-name", "SELECT timezone(repeat('A', 1000000), now())", COSTLY),
    ("format-of-time", "SELECT strptime('1', repeat('%Y', 100000))", COSTLY),
    ("factorial", "SELECT factorial(2147483647)", COSTLY),
    ("overflow", "SELECT 9223372036854775807 + 1, -9223372036854775808 // -1", COSTLY),
    ("decimal", "SELECT (99999999999999999999999999999999999999::DECIMAL(38, 0)) * 99999999999999999999", COSTLY),
    ("date-far", "SELECT make_date(2147483647, 12, 31), DATE '5881580-07-10' + INTERVAL 1 DAY", COSTLY),
    ("self-lambda", "SELECT list_reduce(range(1000), lambda a, b: list_reduce(range(1000), lambda c, d: c + d + b))", COSTLY),
    ("any-offset", "SELECT lag(i, -9223372036854775808) OVER () FROM range(3) t(i)", COSTLY),
]

PARSING: list[Row] = [
    # Read in the server's own process, each of these held it for seconds or took gigabytes: 88 characters were enough.
    ("open-tables", "WITH a AS (" * 8, STUCK),
    ("open-tables-more", "WITH a AS (" * 12, STUCK),
    ("open-tables-many", "WITH a AS (" * 900, STUCK),
    ("open-tables-inside", "(WITH a AS (" * 50, STUCK),
    ("open-parentheses", "SELECT " + "(" * 4900, STUCK),
    ("open-lists", "SELECT " + "[" * 4900, STUCK),
    ("open-structs", "SELECT " + "{'a':" * 1900, STUCK),
    ("open-cases", "SELECT " + "CASE WHEN " * 900, STUCK),
    ("open-comments", "SELECT 1 " + "/*" * 4900, COSTLY),
    ("open-text", "SELECT '" + "''" * 4900, STUCK),
    ("open-dollars", "SELECT $a$" + "$b$" * 3000, STUCK),
    ("tables-in-parentheses", "SELECT * FROM " + "(" * 3000 + "range(1)" + ")" * 3000, COSTLY),
    (
        "cubes",
        " UNION ALL ".join(["SELECT 1 FROM runs GROUP BY CUBE (1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1)"] * 100),
        COSTLY,
    ),
    ("pivots", "FROM " + "(PIVOT " * 400 + "runs" + " ON kind)" * 400, COSTLY),
    ("words", "SELEC " + "a " * 4900, STUCK),
    ("number", "SELECT " + "9" * 9900, COSTLY),
    ("exponent", "SELECT 1e" + "9" * 9900, COSTLY),
    ("placeholder-number", "SELECT $99999999999999999999", STUCK),
    ("placeholder-far", "SELECT $2147483647", STUCK),
    ("placeholders", "SELECT " + "?, " * 3000 + "1", STUCK),
    ("controls", "SELECT " + "".join(map(chr, range(1, 32))) * 200, STUCK),
    ("scripts", "".join(map(chr, range(0x0621, 0x0621 + 4000))), STUCK),
]

TIME: list[Row] = [
    ("cross-join", "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range % 7 = b.range % 5", COSTLY),
    ("cross-join-log", "SELECT count(*) FROM " + ", ".join(f"predictions p{i}" for i in range(12)), COSTLY),
    ("inequality-join", "SELECT count(*) FROM range(3000000) a, range(3000000) b WHERE hash(a.range) < hash(b.range)", COSTLY),
    ("endless-recursion", "WITH RECURSIVE t AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM t) SELECT count(*) FROM t", COSTLY),
    (
        "growing-recursion",
        "WITH RECURSIVE t AS (SELECT 'x' AS s UNION ALL SELECT s || s FROM t) SELECT max(length(s)) FROM t",
        COSTLY,
    ),
    (
        "doubling-recursion",
        "WITH RECURSIVE t AS (SELECT 1 AS i UNION ALL SELECT i FROM t, range(2)) SELECT count(*) FROM t",
        COSTLY,
    ),
    ("keyed-recursion", "WITH RECURSIVE t(k, n) USING KEY (k) AS (SELECT 1, 0 UNION SELECT k, n + 1 FROM t) FROM t", COSTLY),
    (
        "limited-recursion",
        "WITH RECURSIVE t AS (SELECT 1 AS i UNION ALL SELECT i FROM t) SELECT * FROM t OFFSET 999999999",
        COSTLY,
    ),
    ("sleep", "SELECT sleep_ms(600000)", COSTLY),
    ("sleep-postgres", "SELECT pg_sleep(600)", COSTLY),
    ("sleep-per-row", "SELECT sleep_ms(50) FROM range(100000)", COSTLY),
    ("levenshtein", "SELECT levenshtein(repeat('ab', 100000), repeat('ba', 100000))", COSTLY),
    ("damerau", "SELECT damerau_levenshtein(repeat('ab', 30000), repeat('ba', 30000))", COSTLY),
    ("jaro", "SELECT jaro_winkler_similarity(repeat('ab', 1000000), repeat('ba', 1000000))", COSTLY),
    ("regex-long", "SELECT regexp_matches(repeat('a', 30000000), '(a?){900}a{900}b')", COSTLY),
    ("regex-all", "SELECT regexp_extract_all(repeat('a', 20000000), '(a|aa)+$')", COSTLY),
    ("like-long", "SELECT repeat('a', 400000) LIKE '%' || repeat('a%', 100000) || 'b'", COSTLY),
    ("search-long", "SELECT instr(repeat('a', 20000000), repeat('a', 9999999) || 'b')", COSTLY),
    ("nested-lambdas", "SELECT list_sum([list_sum([a * b % c FOR b IN range(3000)]) FOR a, c IN range(100000)])", COSTLY),
    ("list-self-search", "SELECT len([x FOR x IN range(300000) IF list_contains(range(300000), -x - 1)])", COSTLY),
    ("list-distances", "SELECT list_sum([levenshtein(repeat('a', x), repeat('b', x)) FOR x IN range(9000)])", COSTLY),
    ("list-sorting", "SELECT len(list_sort([md5(x::VARCHAR) FOR x IN range(30000000)]))", COSTLY),
    ("hashing", "SELECT sum(ascii(sha256(sha256(md5(i::VARCHAR))))) FROM range(1000000000) t(i)", COSTLY),
    ("powers", "SELECT sum(sin(cos(tan(sqrt(i)))) ^ 1.7) FROM range(100000000000) t(i)", COSTLY),
    ("counting", "SELECT count(*) FROM range(9223372036854775807) WHERE random() < -1", COSTLY),
    (
        "time-series",
        "SELECT count(*) FROM generate_series(TIMESTAMP '0001-01-01', TIMESTAMP '9999-01-01', INTERVAL 1 MICROSECOND)",
        COSTLY,
    ),
    (
        "correlated",
        "SELECT sum((SELECT count(*) FROM range(100000) b(j) WHERE j % (i + 1) = 0)) FROM range(100000) a(i)",
        COSTLY,
    ),
    ("asof", "SELECT count(*) FROM range(30000000) a(i) ASOF JOIN range(30000000) b(j) ON hash(i) >= hash(j)", COSTLY),
    ("big-numbers", "SELECT (repeat('7', 300000)::BIGNUM + repeat('8', 300000)::BIGNUM)::VARCHAR", COSTLY),
    (
        "random-join",
        "SELECT count(*) FROM range(100000) a JOIN range(100000) b ON random() < 0.5 JOIN range(1000) c ON random() < 0.5",
        COSTLY,
    ),
]

MEMORY: list[Row] = [
    ("repeat", "SELECT length(repeat('x', 4000000000))", COSTLY),
    ("repeat-nested", "SELECT length(repeat(repeat(repeat('x', 1000), 1000), 4000))", COSTLY),
    ("repeat-rows", "SELECT sum(length(repeat('x', 1000000 + i % 2))) FROM range(100000) t(i)", COSTLY),
    ("padding", "SELECT length(lpad('', 2000000000, 'x'))", COSTLY),
    ("replacing", "SELECT length(replace(repeat('a', 60000000), 'a', repeat('b', 60)))", COSTLY),
    ("regex-replacing", "SELECT length(regexp_replace(repeat('a', 30000000), 'a', repeat('b', 100), 'g'))", COSTLY),
    ("doubling-text", "SELECT list_reduce(['x' FOR i IN range(60)], lambda a, b: a || a).length()", COSTLY),
    ("range-list", "SELECT len(range(9223372036854775806))", COSTLY),
    ("range-list-large", "SELECT list_aggr(range(2000000000), 'sum')", COSTLY),
    ("range-rows", "SELECT sum(len(range(1000000 + i))) FROM range(100000) t(i)", COSTLY),
    ("series-unnested", "SELECT count(DISTINCT u) FROM (SELECT unnest(generate_series(1, 10000000000)) AS u)", COSTLY),
    ("list-resized", "SELECT len(list_resize([1], 4000000000, 7))", COSTLY),
    ("list-of-lists", "SELECT len([range(1000000) FOR x IN range(100000)])", COSTLY),
    ("list-grown", "SELECT len(list_reduce([[1] FOR x IN range(60)], lambda a, b: a || a))", COSTLY),
    ("list-aggregated", "SELECT len(array_agg(i || 'long enough not to be inlined')) FROM range(300000000) t(i)", COSTLY),
    ("list-split", "SELECT len(string_split(repeat('a,', 200000000), ','))", COSTLY),
    ("list-zipped", "SELECT len(list_zip(range(100000000), range(100000000), range(100000000)))", COSTLY),
    ("string-aggregated", "SELECT length(string_agg(repeat('x', 1000), '')) FROM range(10000000)", COSTLY),
    ("json-aggregated", "SELECT length(json_group_array(repeat('x', 1000))::VARCHAR) FROM range(3000000)", COSTLY),
    ("json-object-aggregated", "SELECT length(json_group_object(i::VARCHAR, i)::VARCHAR) FROM range(100000000) t(i)", COSTLY),
    ("map-aggregated", "SELECT cardinality(histogram(i)) FROM range(300000000) t(i)", COSTLY),
    ("sorting", "SELECT i, md5(i::VARCHAR) AS m FROM range(300000000) t(i) ORDER BY m DESC OFFSET 299999999", COSTLY),
    ("grouping", "SELECT count(*) FROM (SELECT md5(i::VARCHAR) AS m FROM range(300000000) t(i) GROUP BY m)", COSTLY),
    ("distinct", "SELECT count(DISTINCT hash(i)) FROM range(2000000000) t(i)", COSTLY),
    ("median", "SELECT median(random()) FROM range(2000000000)", COSTLY),
    ("mode", "SELECT mode(md5(i::VARCHAR)) FROM range(300000000) t(i)", COSTLY),
    ("window", "SELECT max(s) FROM (SELECT sum(i) OVER (ORDER BY hash(i)) AS s FROM range(300000000) t(i))", COSTLY),
    ("window-lists", "SELECT sum(len(l)) FROM (SELECT array_agg(i) OVER (ORDER BY i) AS l FROM range(300000) t(i))", COSTLY),
    (
        "materialized",
        "WITH t AS MATERIALIZED (SELECT i, md5(i::VARCHAR) FROM range(300000000) r(i)) SELECT count(*) FROM t, t AS u",
        COSTLY,
    ),
    (
        "hash-join",
        "SELECT count(*) FROM range(500000000) a(i) JOIN range(500000000) b(j) ON md5(i::VARCHAR) = md5(j::VARCHAR)",
        COSTLY,
    ),
    ("sampling", "SELECT count(*) FROM (FROM range(3000000000) USING SAMPLE reservoir(900000000 ROWS))", COSTLY),
    (
        "wide-rows",
        "SELECT " + ", ".join(f"repeat('x', 1000000 + {i}) AS c{i}" for i in range(200)) + " FROM range(10000)",
        COSTLY,
    ),
    ("wide-answer", "SELECT repeat('x', 30000000) FROM range(10000)", COSTLY),
    ("long-answer", "FROM range(100000000000)", COSTLY),
    ("one-cell", "SELECT repeat('x', 900000000)", COSTLY),
    ("many-columns", "SELECT " + ",".join(f"{i}" for i in range(2000)) + " FROM range(1000000)", COSTLY),
    ("blob-answer", "SELECT repeat('\\xff'::BLOB, 500000000)", COSTLY),
    ("list-answer", "SELECT range(1000000) FROM range(10000)", COSTLY),
    ("decoding", "SELECT length(from_base64(repeat('QUJD', 300000000)))", COSTLY),
    ("hexadecimal", "SELECT length(hex(repeat('x', 900000000)))", COSTLY),
    (
        "approximate-groups",
        "SELECT i, approx_count_distinct(i), reservoir_quantile(i, 0.5) FROM range(30000000) t(i) GROUP BY i",
        COSTLY,
    ),
]

COSTLY_STATEMENTS = PARSING + KILLERS + TIME + MEMORY
