-- Which answers are by a checkpoint that is not there?
SELECT answer_id, checkpoint_id FROM answer ANTI JOIN checkpoint USING (checkpoint_id)
