-- Which tables do people's views and macros read? A table that none of them names is nobody's to see.
WITH definition AS (
    SELECT regexp_replace(sql, '^CREATE VIEW .*? AS ', '') AS text
    FROM duckdb_views()
    WHERE database_name = current_database() AND NOT internal
    UNION ALL
    SELECT CASE WHEN function_type = 'table_macro' THEN macro_definition ELSE 'SELECT ' || macro_definition END
    FROM duckdb_functions()
    WHERE database_name = current_database() AND NOT internal AND macro_definition IS NOT NULL
),
named AS (
    SELECT DISTINCT unnest(json_extract_string(json_serialize_sql(text), '$..table_name')) AS table_name FROM definition
)
SELECT tables.table_name
FROM duckdb_tables() AS tables SEMI JOIN named ON named.table_name = tables.table_name
WHERE tables.database_name = current_database() AND NOT tables.internal
ORDER BY tables.table_name
