-- Where do two checkpoints part most: in their lists, in their distributions, or both sure of another word?
-- What is unknown comes last.
WITH pair AS MATERIALIZED (
    SELECT pairs.*, exp(one.top_logprob) AS score_a, exp(other.top_logprob) AS score_b,
           CASE WHEN pairs.top1_same THEN 0
                WHEN one.top_logprob IS NULL OR other.top_logprob IS NULL THEN NULL
                ELSE exp(least(one.top_logprob, other.top_logprob)) END AS clash
    FROM selected_pairs(
        since := $since, until := $until, checkpoints := $checkpoints, kinds := $kinds, label := $label, author := $author,
        tag := $tag, text := $text, in_run := $in_run, counting := $counting, space := $space, depth := $depth
    ) AS pairs
    JOIN answer AS one ON one.answer_id = pairs.answer_a
    JOIN answer AS other ON other.answer_id = pairs.answer_b
),
ranked AS (
    SELECT *, CASE $order WHEN 'jsd' THEN jsd_shared WHEN 'clash' THEN clash ELSE 1 - rbo END AS apart
    FROM pair
    ORDER BY apart DESC NULLS LAST, rbo, prompt_id, mask_index, a, b
    LIMIT $limit OFFSET $offset
),
page AS MATERIALIZED (
    SELECT *, row_number() OVER (ORDER BY apart DESC NULLS LAST, rbo, prompt_id, mask_index, a, b) AS line FROM ranked
),
first_said AS (
    SELECT prediction.answer_id,
           arg_min(CASE WHEN $space = 'pieces' THEN piece.piece ELSE word.text END, prediction.rank) AS word
    FROM prediction
    JOIN piece ON piece.piece_id = prediction.piece_id
    JOIN word ON word.word_id = prediction.word_id
    WHERE prediction.answer_id IN (SELECT answer_a FROM page UNION SELECT answer_b FROM page)
    GROUP BY prediction.answer_id
),
-- The latest of the runs that asked both; where none did, the latest that asked either.
asked AS (
    SELECT page.line, passing.run_id, count(DISTINCT passing.answer_id) AS answers, max(passing.asked_at) AS asked_at
    FROM selected_asks(
        since := $since, until := $until, checkpoints := $checkpoints, kinds := $kinds, label := $label, author := $author,
        tag := $tag, text := $text, in_run := $in_run
    ) AS passing
    JOIN page ON passing.answer_id IN (page.answer_a, page.answer_b)
    GROUP BY page.line, passing.run_id
),
latest AS (
    SELECT line, arg_max(run_id, (answers, asked_at, run_id))::VARCHAR AS run_id FROM asked GROUP BY line
)
SELECT total.n, prompt.text AS prompt, page.prompt_id, page.mask_index, page.a, page.b, page.depth, page.rbo,
       page.overlap, page.jsd_shared, page.coverage_a, page.coverage_b, one.word AS top_a, page.score_a, other.word AS top_b, page.score_b,
       page.clash, latest.run_id
FROM (SELECT count(*) AS n FROM pair) AS total
LEFT JOIN page ON true
LEFT JOIN prompt ON prompt.prompt_id = page.prompt_id
LEFT JOIN first_said AS one ON one.answer_id = page.answer_a
LEFT JOIN first_said AS other ON other.answer_id = page.answer_b
LEFT JOIN latest ON latest.line = page.line
ORDER BY page.line;
