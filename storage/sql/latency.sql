-- How long does each checkpoint take to answer a prompt when a model runs?
-- A prompt counts once however many masks it has, and not where words were scored too: that takes passes of its own.
SELECT answer.checkpoint_id, median(ask.latency_ms), count(*)
FROM ask
JOIN answer USING (answer_id)
JOIN run USING (run_id)
WHERE NOT ask.reused AND ask.latency_ms IS NOT NULL AND answer.mask_index = 0 AND coalesce(json_array_length(run.options, '$.candidates'), 0) = 0
GROUP BY answer.checkpoint_id
ORDER BY answer.checkpoint_id;
