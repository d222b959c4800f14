-- How long does each checkpoint take when a model runs?
SELECT answer.checkpoint_id, median(ask.latency_ms), count(*)
FROM ask JOIN answer USING (answer_id)
WHERE NOT ask.reused
GROUP BY answer.checkpoint_id
ORDER BY answer.checkpoint_id;
