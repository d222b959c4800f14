-- What was the first prompt of each of these runs, and which word did each checkpoint put first at its first mask?
-- A checkpoint that was asked the same in another case, and not as the others were, stands beside them with its own answer.
WITH asked AS (
    SELECT ask.run_id, ask.row_number, ask.position, answer.prompt_id, answer.checkpoint_id, answer.top_word_id
    FROM ask JOIN answer USING (answer_id)
    WHERE ask.run_id IN (SELECT unnest($runs::UUID[])) AND answer.mask_index = 0
),
opening AS (
    SELECT first_asked.run_id, first_asked.prompt_id, first_asked.row_number, prompt.text
    FROM (
        SELECT run_id, arg_min(prompt_id, (row_number, position)) AS prompt_id, min(row_number) AS row_number
        FROM asked GROUP BY run_id
    ) AS first_asked
    JOIN prompt USING (prompt_id)
),
beside AS (
    SELECT asked.*, opening.text, asked.prompt_id <> opening.prompt_id AS other_case
    FROM asked
    JOIN opening USING (run_id)
    JOIN prompt ON prompt.prompt_id = asked.prompt_id
    WHERE (asked.prompt_id = opening.prompt_id AND asked.row_number = opening.row_number)
       OR (asked.prompt_id <> opening.prompt_id
           AND length(prompt.text) = length(opening.text) AND lower(prompt.text) = lower(opening.text))
    QUALIFY row_number() OVER (
        PARTITION BY asked.run_id, asked.checkpoint_id ORDER BY other_case, asked.row_number, asked.position
    ) = 1
)
SELECT beside.run_id::VARCHAR, beside.text, checkpoint.name, word.text
FROM beside
JOIN checkpoint USING (checkpoint_id)
LEFT JOIN word ON word.word_id = beside.top_word_id
ORDER BY beside.run_id, beside.row_number, beside.position;
