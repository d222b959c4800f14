-- Which batches have rows that were not answered, or are said to run although none is left, and how many?
SELECT run.run_id::VARCHAR, count(pending.run_id)
FROM run LEFT JOIN pending ON pending.run_id = run.run_id
WHERE run.kind = 'batch'
GROUP BY run.run_id, run.status, run.started_at
HAVING count(pending.run_id) > 0 OR run.status = 'running'
ORDER BY run.started_at, run.run_id;
