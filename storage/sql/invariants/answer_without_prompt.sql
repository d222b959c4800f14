-- Which answers are to a prompt that is not there?
SELECT answer_id, prompt_id FROM answer ANTI JOIN prompt USING (prompt_id)
