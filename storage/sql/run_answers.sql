-- Which answers did this run ask for, in the order in which they were asked? A NULL list of prompts stands for all.
SELECT ask.answer_id, ask.latency_ms, ask.reused, ask.row_number, prompt.prompt_id, prompt.text, answer.mask_index,
       answer.checkpoint_id, answer.entropy, answer.sum_p_squared, answer.top1_margin, answer.word_mass
FROM ask
JOIN answer USING (answer_id)
JOIN prompt USING (prompt_id)
WHERE ask.run_id = $run_id AND ($prompts IS NULL OR answer.prompt_id IN (SELECT unnest($prompts::BIGINT[])))
ORDER BY ask.row_number, ask.position;
