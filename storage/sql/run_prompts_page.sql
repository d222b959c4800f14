-- Which prompts did this run ask, some of them in the order of its rows, and how many are there in all?
WITH asked AS MATERIALIZED (
    SELECT answer.prompt_id, min(ask.row_number) AS row_number
    FROM ask JOIN answer USING (answer_id)
    WHERE ask.run_id = $run_id
      AND ($tag IS NULL OR answer.prompt_id IN (SELECT tag.prompt_id FROM tag WHERE tag.text = $tag AND tag.prompt_id IS NOT NULL))
      AND ($text IS NULL OR answer.prompt_id IN (
          SELECT prompt.prompt_id FROM prompt WHERE contains(lower(prompt.text), lower($text))))
    GROUP BY answer.prompt_id
),
page AS (SELECT * FROM asked ORDER BY row_number, prompt_id LIMIT $limit OFFSET $offset)
SELECT total.n, page.prompt_id, prompt.text, page.row_number
FROM (SELECT count(*) AS n FROM asked) AS total
LEFT JOIN page ON true
LEFT JOIN prompt ON prompt.prompt_id = page.prompt_id
ORDER BY page.row_number, page.prompt_id;
