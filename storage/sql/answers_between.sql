-- Which answers have a figure between two values, the greatest first? A bound that is NULL bounds nothing.
WITH figure AS (
    SELECT selected.answer_id, selected.prompt_id, selected.mask_index, selected.checkpoint_id, selected.last_asked_at,
           answer.top_word_id, exp(answer.top_logprob) AS top_score, answer.top1_margin,
           exp(answer.entropy) AS effective_choices,
           CASE $measure WHEN 'top_score' THEN exp(answer.top_logprob) WHEN 'top1_margin' THEN answer.top1_margin
                         WHEN 'effective_choices' THEN exp(answer.entropy) END AS value
    FROM selected_answers(
        since := $since, until := $until, checkpoints := $checkpoints, kinds := $kinds, label := $label, author := $author,
        tag := $tag, text := $text, in_run := $in_run, counting := $counting
    ) AS selected
    JOIN answer ON answer.answer_id = selected.answer_id
    WHERE $checkpoint_id IS NULL OR selected.checkpoint_id = $checkpoint_id
),
matching AS MATERIALIZED (
    SELECT * FROM figure
    WHERE value IS NOT NULL AND ($low IS NULL OR value >= $low) AND ($high IS NULL OR value <= $high)
),
page AS MATERIALIZED (SELECT * FROM matching ORDER BY value DESC, answer_id LIMIT $limit OFFSET $offset),
latest AS (
    SELECT asked.answer_id, arg_max(asked.run_id, (asked.asked_at, asked.run_id))::VARCHAR AS run_id
    FROM selected_asks(
        since := $since, until := $until, checkpoints := $checkpoints, kinds := $kinds, label := $label, author := $author,
        tag := $tag, text := $text, in_run := $in_run
    ) AS asked
    SEMI JOIN page ON page.answer_id = asked.answer_id
    GROUP BY asked.answer_id
)
SELECT total.n, page.prompt_id, prompt.text AS prompt, page.mask_index, page.checkpoint_id, word.text AS top_word,
       page.top_score, page.top1_margin, page.effective_choices, page.last_asked_at, latest.run_id
FROM (SELECT count(*) AS n FROM matching) AS total
LEFT JOIN page ON true
LEFT JOIN prompt ON prompt.prompt_id = page.prompt_id
LEFT JOIN word ON word.word_id = page.top_word_id
LEFT JOIN latest ON latest.answer_id = page.answer_id
ORDER BY page.value DESC, page.answer_id;
