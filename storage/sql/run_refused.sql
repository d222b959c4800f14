-- Which prompts of this run could not be answered, and why?
SELECT text, problem, row_number FROM refused WHERE run_id = $run_id ORDER BY row_number, rowid;
