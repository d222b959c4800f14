-- Which runs are the newest, of all, of those that mention a text, or of those with an ask that passes the filters, and how
-- many are there?
-- $search is taken literally and without regard to case; NULL finds every run. Without $filtered no ask is looked at.
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
passing AS (
    SELECT run_id FROM matching
    WHERE NOT $filtered OR run_id IN (
        SELECT asked.run_id
        FROM selected_asks(
            since := $since, until := $until, checkpoints := $checkpoints, kinds := $kinds, label := $label,
            author := $author, tag := $tag, text := $text
        ) AS asked
    )
),
page AS (
    SELECT run.run_id, run.kind, run.label, run.author, run.started_at, run.status
    FROM run SEMI JOIN passing USING (run_id)
    ORDER BY run.started_at DESC, run.run_id DESC
    LIMIT $limit OFFSET $offset
)
SELECT total.n, page.run_id::VARCHAR, page.kind, page.label, page.author, page.started_at, page.status
FROM (SELECT count(*) AS n FROM run SEMI JOIN passing USING (run_id)) AS total
LEFT JOIN page ON true
ORDER BY page.started_at DESC, page.run_id DESC;
