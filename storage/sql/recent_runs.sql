-- Which runs are the newest, of all, of those that mention a text, or of those with an ask or a refused prompt that passes
-- the filters, and how many are there?
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
        UNION ALL
        -- A refused prompt was asked too, of no checkpoint.
        SELECT refused.run_id
        FROM refused JOIN run ON run.run_id = refused.run_id
        WHERE $checkpoints IS NULL
          AND ($since IS NULL OR run.started_at >= $since::DATE)
          AND ($until IS NULL OR run.started_at < $until::DATE + INTERVAL 1 DAY)
          AND ($kinds IS NULL OR list_contains($kinds::VARCHAR[], run.kind))
          AND ($label IS NULL OR run.label = $label)
          AND ($author IS NULL OR run.author = $author)
          AND ($text IS NULL OR contains(lower(refused.text), lower($text)))
          AND ($tag IS NULL OR run.run_id IN (SELECT mark.run_id FROM tag AS mark WHERE mark.text = $tag))
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
