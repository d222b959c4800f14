-- Which query has been saved under this name?
SELECT saved_query_id, name, sql, parameters, author, created_at
FROM saved_query
WHERE name = $name;
