-- Which drifts that replays found are not yet here?
INSERT INTO drift (run_id, answer_then, answer_now, depth, n_compared, max_abs_dlogp, changed_ranks)
SELECT theirs.run_id::UUID, before.answer_id, fresh.answer_id, theirs.depth, theirs.n_compared, theirs.max_abs_dlogp,
       theirs.changed_ranks
FROM archived_drift AS theirs
JOIN taken_answer AS before ON before.theirs_id = theirs.answer_then
JOIN taken_answer AS fresh ON fresh.theirs_id = theirs.answer_now
ANTI JOIN drift AS ours ON ours.run_id = theirs.run_id::UUID AND ours.answer_then = before.answer_id;
