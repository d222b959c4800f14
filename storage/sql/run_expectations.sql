-- Which words are held to be right at the masks of this run's prompts? A NULL list of prompts stands for all.
SELECT prompt.text, expectation.mask_index, word.text
FROM expectation
JOIN prompt USING (prompt_id)
JOIN word USING (word_id)
WHERE expectation.prompt_id IN (SELECT answer.prompt_id FROM ask JOIN answer USING (answer_id) WHERE ask.run_id = $run_id)
  AND ($prompts IS NULL OR expectation.prompt_id IN (SELECT unnest($prompts::BIGINT[])))
ORDER BY expectation.expectation_id;
