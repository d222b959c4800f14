-- Which runs are the newest of those that mention a text, that somebody starred, or that have an ask or a refused prompt that
-- passes the filters, and how many are there?
-- $search is taken literally and without regard to case; NULL finds every run. $pattern, where it is not NULL, must match too:
-- it is $search with the ends of words around it. Prompts are spelled when they are written, everything else here.
-- Without $filtered no ask is looked at for the filters.
WITH
-- Distinct texts first, and the runs that bear them then: a million runs have few labels and few authors, and a prompt is
-- looked through once, however often it was asked. Spelling a text costs ten times as much as looking through it.
written AS (
    SELECT DISTINCT text FROM (
        SELECT DISTINCT label AS text FROM run WHERE $search IS NOT NULL
        UNION ALL
        SELECT DISTINCT author FROM run WHERE $search IS NOT NULL
        UNION ALL
        SELECT text FROM tag WHERE $search IS NOT NULL
        UNION ALL
        SELECT text FROM note WHERE $search IS NOT NULL
        UNION ALL
        SELECT text FROM refused WHERE $search IS NOT NULL
    ) AS kept
),
folded AS (SELECT text, lower(spelled(text)) AS folded FROM written WHERE text IS NOT NULL),
worded AS MATERIALIZED (
    SELECT text FROM folded
    WHERE CASE WHEN contains(folded, lower($search)) THEN $pattern IS NULL OR regexp_matches(folded, $pattern) ELSE false END
),
marked AS MATERIALIZED (
    SELECT run_id, prompt_id FROM tag SEMI JOIN worded USING (text)
    UNION ALL
    SELECT run_id, prompt_id FROM note SEMI JOIN worded USING (text)
),
prompt_found AS (
    SELECT prompt_id FROM prompt
    WHERE CASE WHEN $search IS NOT NULL AND contains(lower(text), lower($search))
               THEN $pattern IS NULL OR regexp_matches(lower(text), $pattern) ELSE false END
    UNION ALL
    SELECT prompt_id FROM marked WHERE prompt_id IS NOT NULL
),
mention AS (
    SELECT run_id FROM run WHERE label IN (SELECT text FROM worded) OR author IN (SELECT text FROM worded)
    UNION ALL
    SELECT run_id FROM refused SEMI JOIN worded USING (text)
    UNION ALL
    SELECT run_id FROM marked WHERE run_id IS NOT NULL
    UNION ALL
    SELECT ask.run_id
    FROM ask SEMI JOIN (SELECT answer_id FROM answer SEMI JOIN prompt_found USING (prompt_id)) AS answered USING (answer_id)
),
starring AS (
    SELECT star.run_id FROM star WHERE star.run_id IS NOT NULL
    UNION ALL
    SELECT ask.run_id
    FROM ask SEMI JOIN (
        SELECT answer_id FROM answer WHERE prompt_id IN (SELECT star.prompt_id FROM star WHERE star.prompt_id IS NOT NULL)
    ) AS answered USING (answer_id)
    WHERE $starred
),
passing AS (
    SELECT asked.run_id
    FROM selected_asks(
        since := $since, until := $until, checkpoints := $checkpoints, kinds := $kinds, label := $label, author := $author,
        tag := $tag, text := $text, in_run := $in_run
    ) AS asked
    WHERE $filtered
    UNION ALL
    -- A refused prompt was asked too, of no checkpoint.
    SELECT refused.run_id
    FROM refused JOIN run ON run.run_id = refused.run_id
    WHERE $filtered AND $checkpoints IS NULL
      AND ($since IS NULL OR run.started_at >= $since::DATE)
      AND ($until IS NULL OR run.started_at < $until::DATE + INTERVAL 1 DAY)
      AND ($kinds IS NULL OR list_contains($kinds::VARCHAR[], run.kind))
      AND ($label IS NULL OR run.label = $label)
      AND ($author IS NULL OR run.author = $author)
      AND ($in_run IS NULL OR run.run_id = $in_run::UUID)
      AND ($text IS NULL OR contains(lower(spelled(refused.text)), lower($text)))
      AND ($tag IS NULL OR run.run_id IN (SELECT mark.run_id FROM tag AS mark WHERE mark.text = $tag))
),
matched AS MATERIALIZED (
    SELECT run.run_id, run.started_at
    FROM run
    WHERE ($search IS NULL OR run.run_id IN (SELECT run_id FROM mention))
      AND (NOT $starred OR run.run_id IN (SELECT run_id FROM starring))
      AND (NOT $filtered OR run.run_id IN (SELECT run_id FROM passing))
),
page AS (SELECT run_id, started_at FROM matched ORDER BY started_at DESC, run_id DESC LIMIT $limit OFFSET $offset)
SELECT total.n, page.run_id::VARCHAR, run.kind, run.label, run.author, page.started_at, run.status
FROM (SELECT count(*) AS n FROM matched) AS total
LEFT JOIN page ON true
LEFT JOIN run ON run.run_id = page.run_id
ORDER BY page.started_at DESC, page.run_id DESC;
