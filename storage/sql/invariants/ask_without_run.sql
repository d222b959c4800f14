-- Which asks are of a run that is not there?
SELECT run_id, answer_id FROM ask ANTI JOIN run USING (run_id)
