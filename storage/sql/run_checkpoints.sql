-- Which checkpoints did each of these runs ask, in the order in which they were asked?
SELECT ask.run_id::VARCHAR, checkpoint.name
FROM ask
JOIN answer USING (answer_id)
JOIN checkpoint USING (checkpoint_id)
WHERE ask.run_id IN (SELECT unnest($runs::UUID[]))
GROUP BY ask.run_id, checkpoint.checkpoint_id, checkpoint.name
ORDER BY ask.run_id, min((ask.row_number, ask.position));
