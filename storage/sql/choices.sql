-- What can the history be filtered by, the most frequent first?
WITH offered AS (
    SELECT 'checkpoint' AS what, checkpoint.name AS name, count(*) AS n
    FROM answer JOIN checkpoint USING (checkpoint_id) GROUP BY checkpoint.name
    UNION ALL
    SELECT 'kind', kind, count(*) FROM run GROUP BY kind
    UNION ALL
    SELECT 'label', label, count(*) FROM run WHERE label <> '' GROUP BY label
    UNION ALL
    SELECT 'author', author, count(*) FROM run WHERE author <> '' GROUP BY author
    UNION ALL
    SELECT 'tag', text, count(*) FROM tag GROUP BY text
)
SELECT what, name
FROM offered
QUALIFY row_number() OVER (PARTITION BY what ORDER BY n DESC, name) <= $most
ORDER BY what, n DESC, name;
