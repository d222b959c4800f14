-- Which words begin so, and in how many predictions do they stand, the most frequent first? Case does not matter.
WITH hit AS (
    SELECT piece.piece_id, CASE WHEN $space = 'pieces' THEN piece.piece ELSE word.text END AS word
    FROM piece JOIN word ON word.word_id = piece.word_id
    WHERE starts_with(lower(CASE WHEN $space = 'pieces' THEN piece.piece ELSE word.text END), lower($start))
),
counted AS (
    SELECT prediction.piece_id, sum(selected.weight)::BIGINT AS predictions
    FROM selected_answers(
        since := $since, until := $until, checkpoints := $checkpoints, kinds := $kinds, label := $label, author := $author,
        tag := $tag, text := $text, in_run := $in_run, counting := $counting
    ) AS selected
    JOIN prediction ON prediction.answer_id = selected.answer_id
    SEMI JOIN hit ON hit.piece_id = prediction.piece_id
    GROUP BY prediction.piece_id
)
SELECT hit.word, sum(counted.predictions)::BIGINT AS predictions
FROM counted JOIN hit ON hit.piece_id = counted.piece_id
GROUP BY hit.word
ORDER BY predictions DESC, hit.word
LIMIT $limit;
