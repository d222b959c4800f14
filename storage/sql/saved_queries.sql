-- Which queries have people saved, in the order of their names?
SELECT saved_query_id, name, sql, parameters, author, created_at
FROM saved_query
ORDER BY lower(name), name;
