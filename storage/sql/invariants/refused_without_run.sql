-- Which refused prompts are of a run that is not there?
SELECT run_id, row_number FROM refused ANTI JOIN run USING (run_id)
