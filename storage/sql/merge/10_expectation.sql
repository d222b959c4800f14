-- Which words that a person holds to be right are not yet held to be so here?
INSERT INTO expectation (expectation_id, prompt_id, mask_index, word_id, created_at)
SELECT CASE WHEN taking.keeps_keys THEN fresh.expectation_id
            ELSE taking.expectations + row_number() OVER (ORDER BY fresh.expectation_id) END,
       fresh.prompt_id, fresh.mask_index, fresh.word_id, fresh.created_at
FROM (
    SELECT theirs.expectation_id, asked.prompt_id, theirs.mask_index, said.word_id, theirs.created_at
    FROM archived_expectation AS theirs
    JOIN taken_prompt AS asked ON asked.theirs_id = theirs.prompt_id
    JOIN taken_word AS said ON said.theirs_id = theirs.word_id
    ANTI JOIN expectation AS ours
      ON ours.prompt_id = asked.prompt_id AND ours.mask_index = theirs.mask_index AND ours.word_id = said.word_id
) AS fresh
CROSS JOIN taking;
