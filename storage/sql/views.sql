-- What can people ask, and what does each column of it mean?
SELECT views.view_name, views.comment AS view_meaning, columns.column_name, columns.data_type, columns.comment AS meaning
FROM duckdb_views() AS views
JOIN duckdb_columns() AS columns
  ON columns.table_oid = views.view_oid AND columns.database_name = views.database_name
WHERE NOT views.internal AND views.database_name = current_database()
ORDER BY views.view_name, columns.column_index;
