-- Which predictions belong to an answer that is not there?
SELECT answer_id, rank FROM prediction ANTI JOIN answer USING (answer_id)
