-- Which asks of the archive are not yet known of their run?
INSERT INTO ask (run_id, answer_id, row_number, position, asked_at, latency_ms, reused)
SELECT theirs.run_id::UUID, taken.answer_id, theirs.row_number, theirs.position, theirs.asked_at, theirs.latency_ms,
       theirs.reused
FROM archived_ask AS theirs
JOIN taken_answer AS taken ON taken.theirs_id = theirs.answer_id
ANTI JOIN ask AS ours
  ON ours.run_id = theirs.run_id::UUID AND ours.answer_id = taken.answer_id AND ours.row_number = theirs.row_number;
