-- Which lists say a word, the most probable first? Upper and lower case are the same.
WITH hit AS (
    SELECT piece.piece_id, CASE WHEN $space = 'pieces' THEN piece.piece ELSE word.text END AS word
    FROM piece JOIN word ON word.word_id = piece.word_id
    WHERE lower(CASE WHEN $space = 'pieces' THEN piece.piece ELSE word.text END) = lower($word)
),
chosen AS MATERIALIZED (
    FROM selected_answers(
        since := $since, until := $until, checkpoints := $checkpoints, kinds := $kinds, label := $label, author := $author,
        tag := $tag, text := $text, in_run := $in_run, counting := $counting
    )
),
use AS MATERIALIZED (
    SELECT prediction.answer_id, hit.word, min(prediction.rank) AS rank,
           arg_min_null(prediction.logprob, prediction.rank) AS logprob
    FROM prediction
    JOIN hit ON hit.piece_id = prediction.piece_id
    SEMI JOIN chosen ON chosen.answer_id = prediction.answer_id
    GROUP BY prediction.answer_id, hit.word
),
page AS MATERIALIZED (
    SELECT * FROM use ORDER BY logprob DESC NULLS LAST, rank, answer_id, word LIMIT $limit OFFSET $offset
),
-- Ranks count distinct words, so a word that two pieces of the list stand for moves the words behind it up.
ranked AS (
    SELECT page.answer_id, page.word,
           1 + count(DISTINCT CASE WHEN $space = 'pieces' THEN piece.piece ELSE piece.word_id::VARCHAR END) AS rank
    FROM page
    LEFT JOIN prediction ON prediction.answer_id = page.answer_id AND prediction.rank < page.rank
    LEFT JOIN piece ON piece.piece_id = prediction.piece_id
    GROUP BY page.answer_id, page.word
),
latest AS (
    SELECT asked.answer_id, arg_max(asked.run_id, (asked.asked_at, asked.run_id))::VARCHAR AS run_id
    FROM selected_asks(
        since := $since, until := $until, checkpoints := $checkpoints, kinds := $kinds, label := $label, author := $author,
        tag := $tag, text := $text, in_run := $in_run
    ) AS asked
    SEMI JOIN page ON page.answer_id = asked.answer_id
    GROUP BY asked.answer_id
)
SELECT total.n, page.word, chosen.prompt_id, prompt.text AS prompt, chosen.mask_index, chosen.checkpoint_id, ranked.rank,
       exp(page.logprob) AS score, chosen.last_asked_at, latest.run_id
FROM (SELECT count(*) AS n FROM use) AS total
LEFT JOIN page ON true
LEFT JOIN ranked ON ranked.answer_id = page.answer_id AND ranked.word = page.word
LEFT JOIN chosen ON chosen.answer_id = page.answer_id
LEFT JOIN prompt ON prompt.prompt_id = chosen.prompt_id
LEFT JOIN latest ON latest.answer_id = page.answer_id
ORDER BY page.logprob DESC NULLS LAST, page.rank, page.answer_id, page.word;
