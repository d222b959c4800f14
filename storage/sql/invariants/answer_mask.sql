-- Which answers are at a mask that their prompt does not have?
SELECT answer.answer_id, answer.mask_index, prompt.mask_count
FROM answer JOIN prompt USING (prompt_id)
WHERE answer.mask_index < 0 OR answer.mask_index >= prompt.mask_count
