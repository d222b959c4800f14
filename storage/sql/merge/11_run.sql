-- Which runs of the archive are new here, or were still running when this log saw them last? The id of a run holds everywhere.
UPDATE run SET kind = theirs.kind, label = theirs.label, author = theirs.author, started_at = theirs.started_at,
               finished_at = theirs.finished_at, status = theirs.status, options = theirs.options,
               environment = theirs.environment
FROM archived_run AS theirs
WHERE run.run_id = theirs.run_id::UUID AND run.status = 'running' AND theirs.status <> 'running';

INSERT INTO run (run_id, kind, label, author, started_at, finished_at, status, options, environment)
SELECT theirs.run_id::UUID, theirs.kind, theirs.label, theirs.author, theirs.started_at, theirs.finished_at, theirs.status,
       theirs.options, theirs.environment
FROM archived_run AS theirs
ANTI JOIN run AS ours ON ours.run_id = theirs.run_id::UUID;
