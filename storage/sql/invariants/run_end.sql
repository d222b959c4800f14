-- Which runs are in a state that nobody knows, ended before they began, or are running although they have ended?
SELECT run_id, status, started_at, finished_at
FROM run
WHERE status NOT IN ('running', 'complete', 'cancelled', 'failed') OR finished_at < started_at
   OR (status = 'running' AND finished_at IS NOT NULL)
