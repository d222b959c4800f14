-- Which runs are the newest, of all or of those that mention a text, and how many are there?
-- $search is taken literally and without regard to case; NULL finds every run.
WITH matching AS (
    SELECT run_id FROM run
    WHERE $search IS NULL
       OR contains(lower(coalesce(label, '')), lower($search))
       OR contains(lower(coalesce(author, '')), lower($search))
    UNION
    SELECT run_id FROM refused WHERE contains(lower(text), lower($search))
    UNION
    SELECT ask.run_id
    FROM ask JOIN answer USING (answer_id) JOIN prompt USING (prompt_id)
    WHERE contains(lower(prompt.text), lower($search))
),
page AS (
    SELECT run.run_id, run.kind, run.label, run.author, run.started_at, run.status
    FROM run SEMI JOIN matching USING (run_id)
    ORDER BY run.started_at DESC, run.run_id DESC
    LIMIT $limit OFFSET $offset
)
SELECT total.n, page.run_id::VARCHAR, page.kind, page.label, page.author, page.started_at, page.status
FROM (SELECT count(*) AS n FROM run SEMI JOIN matching USING (run_id)) AS total
LEFT JOIN page ON true
ORDER BY page.started_at DESC, page.run_id DESC;
