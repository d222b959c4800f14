-- Which answers did no run ask for?
SELECT answer_id, prompt_id, mask_index, checkpoint_id FROM answer ANTI JOIN ask USING (answer_id);
