-- Which macros are there for people, what do they take, and what do they give?
SELECT function_name, parameters, function_type = 'table_macro' AS gives_rows, comment AS meaning
FROM duckdb_functions()
WHERE NOT internal AND database_name = current_database() AND function_type IN ('macro', 'table_macro')
ORDER BY gives_rows, function_name;
