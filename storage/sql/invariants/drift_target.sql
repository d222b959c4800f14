-- Which findings of a replay name a run or an answer that is not there?
SELECT drift.run_id, drift.answer_then, drift.answer_now
FROM drift
LEFT JOIN run USING (run_id)
LEFT JOIN answer AS before ON before.answer_id = drift.answer_then
LEFT JOIN answer AS fresh ON fresh.answer_id = drift.answer_now
WHERE run.run_id IS NULL OR before.answer_id IS NULL OR fresh.answer_id IS NULL
