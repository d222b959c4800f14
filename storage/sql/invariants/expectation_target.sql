-- Which expectations name a prompt, a mask or a word that is not there?
SELECT expectation.expectation_id, expectation.prompt_id, expectation.mask_index, expectation.word_id
FROM expectation
LEFT JOIN prompt USING (prompt_id)
LEFT JOIN word USING (word_id)
WHERE prompt.prompt_id IS NULL OR word.word_id IS NULL OR expectation.mask_index < 0
   OR expectation.mask_index >= prompt.mask_count
