-- Which tags do the prompts of this run bear: those on most of them, and how many there are in all?
WITH asked AS MATERIALIZED (
    SELECT DISTINCT answer.prompt_id FROM ask JOIN answer USING (answer_id) WHERE ask.run_id = $run_id
),
borne AS MATERIALIZED (
    SELECT tag.text, list(asked.prompt_id) AS prompts
    FROM tag JOIN asked ON asked.prompt_id = tag.prompt_id
    GROUP BY tag.text
)
SELECT (SELECT count(*) FROM borne) AS n, borne.text, borne.prompts
FROM borne
ORDER BY len(borne.prompts) DESC, borne.text
LIMIT $most;
