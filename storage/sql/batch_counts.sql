-- How much has this batch asked, and how much is left?
WITH asked AS MATERIALIZED (
    SELECT ask.row_number, ask.answer_id, ask.reused, answer.prompt_id
    FROM ask JOIN answer USING (answer_id)
    WHERE ask.run_id = $run_id
),
line AS (SELECT asked.row_number, asked.prompt_id, bool_and(asked.reused) AS reused FROM asked GROUP BY ALL)
SELECT (SELECT count(*) FROM pending WHERE run_id = $run_id) AS pending,
       (SELECT count(*) FROM line) AS answered,
       (SELECT count(DISTINCT prompt_id) FROM asked) AS prompts,
       (SELECT count(DISTINCT answer_id) FROM asked) AS answers,
       (SELECT count(*) FROM line WHERE reused) AS reused,
       (SELECT count(*) FROM refused WHERE run_id = $run_id) AS refused,
       (SELECT count(DISTINCT prompt_id) FROM expectation SEMI JOIN asked USING (prompt_id)) AS expected;
