-- What was this run?
SELECT kind, started_at, finished_at, status, label, author, options, environment FROM run WHERE run_id = $run_id;
