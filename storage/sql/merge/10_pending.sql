-- What has a batch of the archive still to ask, where its run is new here, or was still running when this log saw it last? To be
-- asked before the runs are taken over.
DELETE FROM pending USING run, archived_run AS theirs
WHERE pending.run_id = run.run_id AND run.run_id = theirs.run_id::UUID AND run.status = 'running' AND theirs.status <> 'running';

INSERT INTO pending (run_id, position, row_number, text, expected, candidates, tag)
SELECT left_over.run_id::UUID, left_over.position, left_over.row_number, left_over.text, left_over.expected,
       left_over.candidates, left_over.tag
FROM archived_pending AS left_over
JOIN archived_run AS theirs ON theirs.run_id = left_over.run_id
LEFT JOIN run AS ours ON ours.run_id = theirs.run_id::UUID
WHERE ours.run_id IS NULL OR (ours.status = 'running' AND theirs.status <> 'running');
