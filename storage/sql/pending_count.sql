-- How many rows of this batch have not been answered?
SELECT count(*) FROM pending WHERE run_id = $run_id;
