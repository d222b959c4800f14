-- What do two sides, each a run or a day of UTC, say differently at the prompts that both asked?
-- A side shows one answer for each prompt, mask and checkpoint name: of several weights under one name, the one asked for last,
-- as deep as it asked. Two lists are compared down to the depth of the shorter one, by piece where both come from one known
-- tokenizer and by word otherwise; rbo and overlap count distinct words, as they do everywhere.
WITH side(on_left, run_id, day) AS (
    VALUES (true, $left_run::UUID, $left_day::DATE), (false, $right_run::UUID, $right_day::DATE)
),
asked AS (
    SELECT side.on_left, ask.answer_id, max(coalesce(try_cast(run.options ->> 'top_k' AS INTEGER), 2147483647)) AS depth,
           max((ask.asked_at, ask.run_id, ask.row_number)) AS last_asked
    FROM ask
    JOIN side ON side.run_id = ask.run_id
    JOIN run ON run.run_id = ask.run_id
    GROUP BY side.on_left, ask.answer_id
    UNION ALL
    SELECT side.on_left, ask.answer_id, max(coalesce(try_cast(run.options ->> 'top_k' AS INTEGER), 2147483647)),
           max((ask.asked_at, ask.run_id, ask.row_number))
    FROM ask
    JOIN side ON ask.asked_at >= side.day AND ask.asked_at < side.day + INTERVAL 1 DAY
    JOIN run ON run.run_id = ask.run_id
    GROUP BY side.on_left, ask.answer_id
),
named AS (
    SELECT checkpoint.checkpoint_id, checkpoint.name, checkpoint.tokenizer_sha256,
           min(checkpoint.checkpoint_id) OVER (PARTITION BY checkpoint.name) AS name_id
    FROM checkpoint
),
shown AS MATERIALIZED (
    SELECT asked.on_left, asked.answer_id, answer.prompt_id, answer.mask_index, answer.checkpoint_id, named.name_id,
           named.tokenizer_sha256, least(answer.depth, asked.depth) AS depth
    FROM asked
    JOIN answer ON answer.answer_id = asked.answer_id
    JOIN named ON named.checkpoint_id = answer.checkpoint_id
    QUALIFY row_number() OVER (
        PARTITION BY asked.on_left, answer.prompt_id, answer.mask_index, named.name_id
        ORDER BY asked.last_asked DESC, answer.answer_id DESC
    ) = 1
),
pair AS MATERIALIZED (
    SELECT a.answer_id AS answer_a, b.answer_id AS answer_b, a.prompt_id, a.mask_index, a.name_id,
           a.checkpoint_id AS checkpoint_a, b.checkpoint_id AS checkpoint_b, least(a.depth, b.depth) AS depth,
           a.tokenizer_sha256 = b.tokenizer_sha256 AND a.tokenizer_sha256 <> 'unknown' AS by_piece
    FROM shown AS a
    JOIN shown AS b ON b.prompt_id = a.prompt_id AND b.mask_index = a.mask_index AND b.name_id = a.name_id
    WHERE a.on_left AND NOT b.on_left
),
-- One answer on both sides says the same: only the others are looked into.
other AS MATERIALIZED (SELECT *, row_number() OVER () AS number FROM pair WHERE answer_a <> answer_b),
changed AS (
    SELECT other.number, count(*) AS places
    FROM other
    JOIN prediction AS a ON a.answer_id = other.answer_a
    JOIN prediction AS b ON b.answer_id = other.answer_b AND b.rank = a.rank
    WHERE a.rank <= other.depth
      AND CASE WHEN other.by_piece THEN a.piece_id <> b.piece_id ELSE a.word_id <> b.word_id END
    GROUP BY other.number
),
-- A list of one tokenizer holds a piece once. It may hold a word twice, and then the better piece counts: the one whose place,
-- and so the sum of both places, is the smallest.
shared AS (
    SELECT other.number, abs(a.logprob - b.logprob) AS apart
    FROM other
    JOIN prediction AS a ON a.answer_id = other.answer_a
    JOIN prediction AS b ON b.answer_id = other.answer_b AND b.piece_id = a.piece_id
    WHERE other.by_piece AND a.rank <= other.depth AND b.rank <= other.depth
    UNION ALL
    SELECT other.number, arg_min_null(abs(a.logprob - b.logprob), a.rank + b.rank)
    FROM other
    JOIN prediction AS a ON a.answer_id = other.answer_a
    JOIN prediction AS b ON b.answer_id = other.answer_b AND b.word_id = a.word_id
    WHERE NOT other.by_piece AND a.rank <= other.depth AND b.rank <= other.depth
    GROUP BY other.number, a.word_id
),
apart AS (
    SELECT number, count(*) AS shared, count(apart) AS n_compared, max(apart) AS max_abs_dlogp FROM shared GROUP BY number
),
-- How alike the lists are is asked of all only where it ranks them: numbering the distinct words takes the most time.
line AS (
    SELECT true AS on_left, other.number, prediction.word_id, min(prediction.rank) AS rank
    FROM other JOIN prediction ON prediction.answer_id = other.answer_a
    WHERE $order = 'rbo' AND prediction.rank <= other.depth
    GROUP BY other.number, prediction.word_id
    UNION ALL
    SELECT false, other.number, prediction.word_id, min(prediction.rank)
    FROM other JOIN prediction ON prediction.answer_id = other.answer_b
    WHERE $order = 'rbo' AND prediction.rank <= other.depth
    GROUP BY other.number, prediction.word_id
),
word_line AS MATERIALIZED (
    SELECT on_left, number, word_id, row_number() OVER (PARTITION BY on_left, number ORDER BY rank) AS rank FROM line
),
length AS (
    SELECT number, least(count(*) FILTER (WHERE on_left), count(*) FILTER (WHERE NOT on_left)) AS k
    FROM word_line
    GROUP BY number
),
step AS (
    SELECT d.rank, pow(0.9, d.rank) AS persistence, sum(pow(0.9, d.rank) / d.rank) OVER (ORDER BY d.rank) AS upto
    FROM (SELECT unnest(range(1, (SELECT max(k) FROM length) + 1)) AS rank) AS d
),
-- Rank-biased overlap without lists, as in selected_pairs.
common AS (
    SELECT length.number, any_value(length.k) AS k, count(*) AS words, sum(coalesce(before.upto, 0)) AS missed
    FROM length
    JOIN word_line AS a ON a.number = length.number AND a.on_left
    JOIN word_line AS b ON b.number = length.number AND NOT b.on_left AND b.word_id = a.word_id
    LEFT JOIN step AS before ON before.rank = greatest(a.rank, b.rank) - 1
    WHERE greatest(a.rank, b.rank) <= length.k
    GROUP BY length.number
),
alike AS (
    SELECT common.number, common.words / common.k * step.persistence
                              + (1 - 0.9) / 0.9 * (common.words * step.upto - common.missed) AS rbo
    FROM common JOIN step ON step.rank = common.k
),
figure AS (
    SELECT pair.*, other.number IS NULL AS one_answer, coalesce(apart.shared, 0) AS shared,
           CASE WHEN other.number IS NULL THEN CASE WHEN answer.top_logprob IS NULL THEN NULL ELSE 0 END
                ELSE apart.max_abs_dlogp END AS max_abs_dlogp,
           CASE WHEN other.number IS NULL THEN CASE WHEN answer.top_logprob IS NULL THEN 0 ELSE pair.depth END
                ELSE coalesce(apart.n_compared, 0) END AS n_compared,
           coalesce(changed.places, 0) AS changed_ranks,
           CASE WHEN other.number IS NULL THEN 1 ELSE coalesce(alike.rbo, 0) END AS rbo
    FROM pair
    JOIN answer ON answer.answer_id = pair.answer_a
    LEFT JOIN other ON other.answer_a = pair.answer_a AND other.answer_b = pair.answer_b
    LEFT JOIN changed ON changed.number = other.number
    LEFT JOIN apart ON apart.number = other.number
    LEFT JOIN alike ON alike.number = other.number
),
-- Lists that share nothing differ most; of those without scores the changed places are all that is known.
ranked AS (
    SELECT *, CASE $order WHEN 'drift' THEN CASE WHEN NOT one_answer AND shared = 0 THEN 1e308 ELSE max_abs_dlogp END
                          WHEN 'ranks' THEN changed_ranks
                          WHEN 'rbo' THEN 1 - rbo
                          ELSE 0 END AS key,
           CASE WHEN $order = 'prompt' THEN 0 ELSE changed_ranks END AS second_key
    FROM figure
    ORDER BY key DESC NULLS LAST, second_key DESC, prompt_id, mask_index, name_id
    LIMIT $limit OFFSET $offset
),
page AS MATERIALIZED (
    SELECT *, row_number() OVER (ORDER BY key DESC NULLS LAST, second_key DESC, prompt_id, mask_index, name_id) AS line
    FROM ranked
),
asked_prompt AS (
    SELECT prompt_id, bool_or(on_left) AS on_left, bool_or(NOT on_left) AS on_right FROM shown GROUP BY prompt_id
),
counted AS (
    SELECT count(*) FILTER (WHERE on_left AND on_right) AS n_common, count(*) FILTER (WHERE NOT on_right) AS n_left_only,
           count(*) FILTER (WHERE NOT on_left) AS n_right_only
    FROM asked_prompt
),
said AS (
    SELECT true AS of_left, page.line, prediction.rank, word.text
    FROM page
    JOIN prediction ON prediction.answer_id = page.answer_a AND prediction.rank <= page.depth
    JOIN word ON word.word_id = prediction.word_id
    UNION ALL
    SELECT false, page.line, prediction.rank, word.text
    FROM page
    JOIN prediction ON prediction.answer_id = page.answer_b AND prediction.rank <= page.depth
    JOIN word ON word.word_id = prediction.word_id
),
told AS (
    SELECT line, list(text ORDER BY rank) FILTER (WHERE of_left) AS words_left,
           list(text ORDER BY rank) FILTER (WHERE NOT of_left) AS words_right
    FROM said
    GROUP BY line
),
distinct_word AS (SELECT of_left, line, text, min(rank) AS rank FROM said GROUP BY of_left, line, text),
list_pair AS (
    SELECT line, list(text ORDER BY rank) FILTER (WHERE of_left) AS a, list(text ORDER BY rank) FILTER (WHERE NOT of_left) AS b
    FROM distinct_word
    GROUP BY line
)
SELECT counted.n_common, counted.n_left_only, counted.n_right_only, total.n, prompt.text AS prompt, page.prompt_id,
       page.mask_index, page.checkpoint_a, page.checkpoint_b, told.words_left, told.words_right,
       rbo(list_pair.a, list_pair.b, 0.9) AS rbo,
       overlap(list_pair.a[:least(len(list_pair.a), len(list_pair.b))], list_pair.b[:least(len(list_pair.a), len(list_pair.b))])
           AS overlap,
       list_pair.a[1] = list_pair.b[1] AS top1_same, page.max_abs_dlogp, page.changed_ranks, page.n_compared, page.depth
FROM counted
CROSS JOIN (SELECT count(*) AS n FROM pair) AS total
LEFT JOIN page ON true
LEFT JOIN prompt ON prompt.prompt_id = page.prompt_id
LEFT JOIN told ON told.line = page.line
LEFT JOIN list_pair ON list_pair.line = page.line
ORDER BY page.line;
