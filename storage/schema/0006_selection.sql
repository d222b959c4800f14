-- The part of the history that a view shows, once for every question: which asks pass the filters, which answers they asked
-- for, which words those answers say, and how alike the answers of two checkpoints are.
--
-- Table macros and no views: a filter put on a view from outside would not reach below its grouping. Every argument may be left
-- out and then selects everything. Columns are written with their table, since a bare name that is also an argument means the
-- argument.

CREATE MACRO selected_asks(
    since := NULL, until := NULL, checkpoints := NULL, kinds := NULL, label := NULL, author := NULL, tag := NULL, text := NULL
) AS TABLE
SELECT ask.run_id, ask.asked_at, ask.answer_id, answer.prompt_id, answer.mask_index, answer.checkpoint_id
FROM ask
JOIN run ON run.run_id = ask.run_id
JOIN answer ON answer.answer_id = ask.answer_id
WHERE (since IS NULL OR ask.asked_at >= since::DATE)
  AND (until IS NULL OR ask.asked_at < until::DATE + INTERVAL 1 DAY)
  AND (kinds IS NULL OR list_contains(kinds::VARCHAR[], run.kind))
  AND (label IS NULL OR run.label = label)
  AND (author IS NULL OR run.author = author)
  AND (checkpoints IS NULL OR answer.checkpoint_id IN (
      SELECT checkpoint.checkpoint_id FROM checkpoint WHERE list_contains(checkpoints::VARCHAR[], checkpoint.name)))
  AND (text IS NULL OR answer.prompt_id IN (
      SELECT prompt.prompt_id FROM prompt WHERE contains(lower(prompt.text), lower(text))))
  AND (tag IS NULL
       OR ask.run_id IN (SELECT mark.run_id FROM tag AS mark WHERE mark.run_id IS NOT NULL AND mark.text = tag)
       OR answer.prompt_id IN (SELECT mark.prompt_id FROM tag AS mark WHERE mark.prompt_id IS NOT NULL AND mark.text = tag));

CREATE MACRO selected_answers(
    since := NULL, until := NULL, checkpoints := NULL, kinds := NULL, label := NULL, author := NULL, tag := NULL, text := NULL,
    counting := 'distinct'
) AS TABLE
SELECT asked.answer_id, any_value(asked.prompt_id) AS prompt_id, any_value(asked.mask_index) AS mask_index,
       any_value(asked.checkpoint_id) AS checkpoint_id, count(*) AS asks, min(asked.asked_at) AS first_asked_at,
       max(asked.asked_at) AS last_asked_at, CASE WHEN counting = 'asks' THEN count(*) ELSE 1 END AS weight
FROM selected_asks(
    since := since, until := until, checkpoints := checkpoints, kinds := kinds, label := label, author := author, tag := tag,
    text := text
) AS asked
GROUP BY asked.answer_id;

-- Ranks count distinct words: of two pieces of one word the better counts. A checkpoint puts a piece into a list once, so a
-- list can repeat a word only where its vocabulary has two pieces for it; lists from elsewhere may repeat anything. Only lists
-- that do are numbered anew: grouping all of them to find out would take most of the time.
CREATE MACRO selected_words(
    since := NULL, until := NULL, checkpoints := NULL, kinds := NULL, label := NULL, author := NULL, tag := NULL, text := NULL,
    counting := 'distinct', space := 'words', depth := NULL
) AS TABLE
WITH chosen AS MATERIALIZED (
    FROM selected_answers(
        since := since, until := until, checkpoints := checkpoints, kinds := kinds, label := label, author := author,
        tag := tag, text := text, counting := counting
    )
),
spelling AS MATERIALIZED (
    SELECT piece.piece_id, min(piece.piece_id) OVER (PARTITION BY piece.piece) AS unit_id, piece.tokenizer_sha256
    FROM piece
    WHERE space = 'pieces'
    UNION ALL
    SELECT piece.piece_id, piece.word_id, piece.tokenizer_sha256 FROM piece WHERE space = 'words'
),
double AS (
    SELECT spelling.piece_id, spelling.unit_id
    FROM spelling
    QUALIFY count(*) OVER (PARTITION BY spelling.tokenizer_sha256, spelling.unit_id) > 1
),
elsewhere AS (
    SELECT chosen.answer_id
    FROM chosen SEMI JOIN checkpoint ON checkpoint.checkpoint_id = chosen.checkpoint_id AND checkpoint.source = 'import'
),
repeating AS MATERIALIZED (
    SELECT DISTINCT twice.answer_id
    FROM (
        SELECT prediction.answer_id
        FROM prediction
        JOIN double ON double.piece_id = prediction.piece_id
        SEMI JOIN chosen ON chosen.answer_id = prediction.answer_id
        WHERE depth IS NULL OR prediction.rank <= depth
        GROUP BY prediction.answer_id, double.unit_id
        HAVING count(*) > 1
        UNION ALL
        SELECT prediction.answer_id
        FROM prediction
        JOIN spelling ON spelling.piece_id = prediction.piece_id
        SEMI JOIN elsewhere ON elsewhere.answer_id = prediction.answer_id
        WHERE depth IS NULL OR prediction.rank <= depth
        GROUP BY prediction.answer_id, spelling.unit_id
        HAVING count(*) > 1
    ) AS twice
),
mended AS (
    SELECT prediction.answer_id, spelling.unit_id, arg_min_null(prediction.logprob, prediction.rank) AS logprob,
           row_number() OVER (PARTITION BY prediction.answer_id ORDER BY min(prediction.rank))::INTEGER AS rank
    FROM prediction
    JOIN spelling ON spelling.piece_id = prediction.piece_id
    SEMI JOIN repeating ON repeating.answer_id = prediction.answer_id
    GROUP BY prediction.answer_id, spelling.unit_id
),
plain AS (
    SELECT prediction.answer_id, prediction.rank, prediction.word_id AS unit_id, prediction.logprob
    FROM prediction
    WHERE space = 'words'
    UNION ALL
    SELECT prediction.answer_id, prediction.rank, spelling.unit_id, prediction.logprob
    FROM prediction JOIN spelling ON spelling.piece_id = prediction.piece_id
    WHERE space = 'pieces'
),
line AS (
    SELECT plain.answer_id, plain.unit_id, plain.rank, plain.logprob
    FROM plain ANTI JOIN repeating ON repeating.answer_id = plain.answer_id
    UNION ALL
    SELECT mended.answer_id, mended.unit_id, mended.rank, mended.logprob FROM mended
)
SELECT chosen.answer_id, chosen.prompt_id, chosen.mask_index, chosen.checkpoint_id, chosen.weight, line.unit_id, line.rank,
       line.logprob
FROM line JOIN chosen ON chosen.answer_id = line.answer_id
WHERE depth IS NULL OR line.rank <= depth;

-- When a selected answer counts: on its first ask, or on every ask. The unit is the finest of which at most 60 come out.
CREATE MACRO selected_periods(
    since := NULL, until := NULL, checkpoints := NULL, kinds := NULL, label := NULL, author := NULL, tag := NULL, text := NULL,
    counting := 'distinct'
) AS TABLE
WITH passing AS MATERIALIZED (
    FROM selected_asks(
        since := since, until := until, checkpoints := checkpoints, kinds := kinds, label := label, author := author,
        tag := tag, text := text
    )
),
moment AS MATERIALIZED (
    SELECT passing.answer_id, passing.checkpoint_id, passing.asked_at FROM passing WHERE counting = 'asks'
    UNION ALL
    SELECT passing.answer_id, any_value(passing.checkpoint_id), min(passing.asked_at)
    FROM passing
    WHERE counting <> 'asks'
    GROUP BY passing.answer_id
),
span AS (
    SELECT CASE WHEN date_diff('day', min(moment.asked_at), max(moment.asked_at)) < 60 THEN 'day'
                WHEN date_diff('week', min(moment.asked_at), max(moment.asked_at)) < 60 THEN 'week'
                WHEN date_diff('month', min(moment.asked_at), max(moment.asked_at)) < 60 THEN 'month'
                ELSE 'quarter' END AS unit
    FROM moment
)
SELECT date_trunc(span.unit, moment.asked_at)::TIMESTAMP AS period, span.unit, moment.answer_id,
       any_value(moment.checkpoint_id) AS checkpoint_id, count(*) AS weight
FROM moment CROSS JOIN span
GROUP BY date_trunc(span.unit, moment.asked_at), span.unit, moment.answer_id;

CREATE MACRO word_units(space := 'words') AS TABLE
SELECT word.word_id AS unit_id, word.text AS word FROM word WHERE space = 'words'
UNION ALL
SELECT min(piece.piece_id), piece.piece FROM piece WHERE space = 'pieces' GROUP BY piece.piece;

CREATE MACRO family_place(family) AS
    CASE family WHEN 'bert' THEN 1 WHEN 'distilbert' THEN 2 WHEN 'albert' THEN 3 ELSE 4 END;

-- Rank-biased overlap without lists: a word that both say enters the overlap at the deeper of its two ranks and stays, so with
-- C(j) = sum over d <= j of p^d / d it adds C(depth) - C(deeper - 1) to the sum of equation 23 (Webber, Moffat, Zobel 2010).
CREATE MACRO selected_pairs(
    since := NULL, until := NULL, checkpoints := NULL, kinds := NULL, label := NULL, author := NULL, tag := NULL, text := NULL,
    counting := 'distinct', space := 'words', depth := NULL
) AS TABLE
WITH said AS MATERIALIZED (
    FROM selected_words(
        since := since, until := until, checkpoints := checkpoints, kinds := kinds, label := label, author := author,
        tag := tag, text := text, counting := counting, space := space, depth := depth
    )
),
placed AS (
    SELECT checkpoint.checkpoint_id,
           row_number() OVER (
               ORDER BY family_place(checkpoint.family), checkpoint.name, checkpoint.first_used_at, checkpoint.checkpoint_id
           ) AS place
    FROM checkpoint
),
list AS MATERIALIZED (
    SELECT said.answer_id, any_value(said.prompt_id) AS prompt_id, any_value(said.mask_index) AS mask_index,
           any_value(said.checkpoint_id) AS checkpoint_id, any_value(said.weight) AS weight, count(*) AS length,
           any_value(placed.place) AS place
    FROM said JOIN placed ON placed.checkpoint_id = said.checkpoint_id
    GROUP BY said.answer_id
),
pair AS MATERIALIZED (
    SELECT one.answer_id AS answer_a, other.answer_id AS answer_b, one.prompt_id, one.mask_index, one.checkpoint_id AS a,
           other.checkpoint_id AS b, least(one.length, other.length) AS k, least(one.weight, other.weight) AS weight
    FROM list AS one
    JOIN list AS other
      ON other.prompt_id = one.prompt_id AND other.mask_index = one.mask_index AND one.place < other.place
),
step AS (
    SELECT d.rank, pow(0.9, d.rank) AS persistence, sum(pow(0.9, d.rank) / d.rank) OVER (ORDER BY d.rank) AS upto
    FROM (SELECT unnest(range(1, (SELECT max(list.length) FROM list) + 1)) AS rank) AS d
),
shared AS (
    SELECT pair.answer_a, pair.answer_b, count(*) AS words, bool_or(greatest(one.rank, other.rank) = 1) AS first_too,
           sum(coalesce(before.upto, 0)) AS missed
    FROM pair
    JOIN said AS one ON one.answer_id = pair.answer_a
    JOIN said AS other ON other.answer_id = pair.answer_b AND other.unit_id = one.unit_id
    LEFT JOIN step AS before ON before.rank = greatest(one.rank, other.rank) - 1
    WHERE greatest(one.rank, other.rank) <= pair.k
    GROUP BY pair.answer_a, pair.answer_b
)
SELECT pair.prompt_id, pair.mask_index, pair.a, pair.b, pair.answer_a, pair.answer_b, pair.k AS depth,
       coalesce(shared.words, 0) / pair.k AS overlap,
       coalesce(shared.words, 0) / (2 * pair.k - coalesce(shared.words, 0)) AS jaccard,
       least(coalesce(shared.words / pair.k * step.persistence
                      + (1 - 0.9) / 0.9 * (shared.words * step.upto - shared.missed), 0), 1) AS rbo,
       coalesce(shared.first_too, false) AS top1_same, agreement.jsd_shared,
       CASE WHEN pair.a < pair.b THEN agreement.coverage_a ELSE agreement.coverage_b END AS coverage_a,
       CASE WHEN pair.a < pair.b THEN agreement.coverage_b ELSE agreement.coverage_a END AS coverage_b, pair.weight
FROM pair
JOIN step ON step.rank = pair.k
LEFT JOIN shared ON shared.answer_a = pair.answer_a AND shared.answer_b = pair.answer_b
LEFT JOIN agreement
  ON agreement.prompt_id = pair.prompt_id AND agreement.mask_index = pair.mask_index
 AND agreement.checkpoint_a = least(pair.a, pair.b) AND agreement.checkpoint_b = greatest(pair.a, pair.b);

COMMENT ON MACRO TABLE selected_asks IS 'The rows of asks that pass the filters.';
COMMENT ON MACRO TABLE selected_answers IS 'The answers that they asked for, each once; weight is 1, or the number of asks where counting is asks.';
COMMENT ON MACRO TABLE selected_words IS 'The distinct words, or pieces, of each selected answer down to a depth, ranked anew; unit_id is a word_id, or a piece_id.';
COMMENT ON MACRO TABLE selected_pairs IS 'Each prompt and mask that two selected checkpoints answered: how alike their lists are, down to a depth; p of rbo is 0.9.';
COMMENT ON MACRO TABLE selected_periods IS 'The day, week, month or quarter in which each selected answer counts, and how often; at most 60 periods.';
COMMENT ON MACRO TABLE word_units IS 'What a unit_id of selected_words stands for.';
COMMENT ON MACRO family_place IS 'The place of a family in every table and chart: bert, distilbert, albert, then others.';
