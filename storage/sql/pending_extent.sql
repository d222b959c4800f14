-- From where to where do the rows reach that this batch has still to ask?
SELECT min(position), max(position) FROM pending WHERE run_id = $run_id;
