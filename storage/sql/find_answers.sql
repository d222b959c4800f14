-- Which answers are already known for these prompts and checkpoints?
SELECT prompt.text_sha256, answer.mask_index, answer.checkpoint_id, answer.answer_id, answer.entropy, answer.sum_p_squared,
       answer.top1_margin, answer.word_mass
FROM prompt
JOIN answer USING (prompt_id)
WHERE prompt.text_sha256 IN (SELECT unnest($prompts::VARCHAR[]))
  AND answer.checkpoint_id IN (SELECT unnest($checkpoints::BIGINT[]));
