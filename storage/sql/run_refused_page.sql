-- Which rows of this run could not be answered, some of them in the order of the file, and how many are there in all?
WITH page AS (
    SELECT text, problem, row_number, rowid AS place
    FROM refused
    WHERE run_id = $run_id
    ORDER BY row_number, place
    LIMIT $limit OFFSET $offset
)
SELECT total.n, page.text, page.problem, page.row_number
FROM (SELECT count(*) AS n FROM refused WHERE run_id = $run_id) AS total LEFT JOIN page ON true
ORDER BY page.row_number, page.place;
