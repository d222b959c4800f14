-- What was the first prompt of each of these runs, and which word did each checkpoint put first at its first mask?
WITH asked AS (
    SELECT ask.run_id, ask.row_number, ask.position, answer.prompt_id, answer.mask_index, answer.checkpoint_id,
           answer.top_word_id
    FROM ask JOIN answer USING (answer_id)
    WHERE ask.run_id IN (SELECT unnest($runs::UUID[]))
),
opening AS (
    SELECT run_id, arg_min(prompt_id, (row_number, position)) AS prompt_id, min(row_number) AS row_number
    FROM asked GROUP BY run_id
)
SELECT asked.run_id::VARCHAR, prompt.text, checkpoint.name, word.text
FROM asked
JOIN opening USING (run_id, prompt_id, row_number)
JOIN prompt USING (prompt_id)
JOIN checkpoint USING (checkpoint_id)
LEFT JOIN word ON word.word_id = asked.top_word_id
WHERE asked.mask_index = 0
ORDER BY asked.run_id, asked.position;
