-- Which agreements compare an answer that is not there?
SELECT agreement.prompt_id, agreement.mask_index, agreement.checkpoint_a, agreement.checkpoint_b
FROM agreement
ANTI JOIN (
    SELECT a.prompt_id, a.mask_index, a.checkpoint_id AS checkpoint_a, b.checkpoint_id AS checkpoint_b
    FROM answer AS a JOIN answer AS b ON b.prompt_id = a.prompt_id AND b.mask_index = a.mask_index
) AS pair USING (prompt_id, mask_index, checkpoint_a, checkpoint_b)
