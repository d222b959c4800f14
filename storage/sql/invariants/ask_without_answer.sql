-- Which asks are for an answer that is not there?
SELECT run_id, answer_id FROM ask ANTI JOIN answer USING (answer_id)
