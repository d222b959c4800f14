-- Which batches are there, those that are not at their end first and then the newest, and how many in all?
WITH waiting AS (SELECT pending.run_id, count(*) AS n FROM pending GROUP BY pending.run_id),
batch AS MATERIALIZED (
    SELECT run.run_id, run.started_at, coalesce(waiting.n, 0) AS pending, run.status = 'running' OR waiting.n > 0 AS unfinished
    FROM run LEFT JOIN waiting ON waiting.run_id = run.run_id
    WHERE run.kind = 'batch'
),
page AS (SELECT * FROM batch ORDER BY unfinished DESC, started_at DESC, run_id DESC LIMIT $limit OFFSET $offset)
SELECT total.n, page.run_id::VARCHAR, page.pending
FROM (SELECT count(*) AS n FROM batch) AS total LEFT JOIN page ON true
ORDER BY page.unfinished DESC, page.started_at DESC, page.run_id DESC;
