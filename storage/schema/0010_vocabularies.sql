-- What a tokenizer can say in one mask. A word that is in one list and that the other checkpoint cannot say can never be in both:
-- with the vocabularies a list can be compared over the words that all can say, and an overlap has the maximum it could reach.

CREATE SEQUENCE tokenizer_id_sequence;
CREATE TABLE tokenizer (
    tokenizer_id BIGINT PRIMARY KEY,
    tokenizer_sha256 VARCHAR NOT NULL UNIQUE,
    words INTEGER NOT NULL,
    created_at TIMESTAMP NOT NULL
);

-- No key: the words of a tokenizer are written once, in the transaction that writes its row.
CREATE TABLE vocabulary (
    tokenizer_id BIGINT NOT NULL,
    word_id BIGINT NOT NULL,
    stands_alone BOOLEAN NOT NULL
);

-- Which checkpoint speaks with which vocabulary; one without a row, such as an import, has none that is known.
CREATE VIEW checkpoint_tokenizer AS
SELECT checkpoint.checkpoint_id, tokenizer.tokenizer_id
FROM checkpoint JOIN tokenizer ON tokenizer.tokenizer_sha256 = checkpoint.tokenizer_sha256;

COMMENT ON VIEW checkpoint_tokenizer IS 'Which tokenizer a checkpoint speaks with, where its vocabulary is known; imports have no row.';
COMMENT ON COLUMN checkpoint_tokenizer.checkpoint_id IS 'Key of the checkpoint.';
COMMENT ON COLUMN checkpoint_tokenizer.tokenizer_id IS 'Key of the tokenizer in this log.';

-- As before, and with space := 'shared' over the words that every selected checkpoint can say; those whose vocabulary is not
-- known are then left out.
CREATE OR REPLACE MACRO selected_words(
    since := NULL, until := NULL, checkpoints := NULL, kinds := NULL, label := NULL, author := NULL, tag := NULL, text := NULL,
    in_run := NULL, counting := 'distinct', space := 'words', depth := NULL
) AS TABLE
WITH chosen AS MATERIALIZED (
    FROM selected_answers(
        since := since, until := until, checkpoints := checkpoints, kinds := kinds, label := label, author := author,
        tag := tag, text := text, in_run := in_run, counting := counting
    ) AS answered
    WHERE space <> 'shared' OR answered.checkpoint_id IN (SELECT tongue.checkpoint_id FROM checkpoint_tokenizer AS tongue)
),
able AS MATERIALIZED (
    SELECT vocabulary.word_id
    FROM vocabulary
    JOIN (
        SELECT DISTINCT tongue.tokenizer_id
        FROM checkpoint_tokenizer AS tongue SEMI JOIN chosen ON chosen.checkpoint_id = tongue.checkpoint_id
    ) AS tokenizer ON tokenizer.tokenizer_id = vocabulary.tokenizer_id
    WHERE space = 'shared' AND vocabulary.stands_alone
    GROUP BY vocabulary.word_id
    HAVING count(*) = (
        SELECT count(DISTINCT tongue.tokenizer_id)
        FROM checkpoint_tokenizer AS tongue SEMI JOIN chosen ON chosen.checkpoint_id = tongue.checkpoint_id
    )
),
spelling AS MATERIALIZED (
    SELECT piece.piece_id, min(piece.piece_id) OVER (PARTITION BY piece.piece) AS unit_id, piece.tokenizer_sha256
    FROM piece
    WHERE space = 'pieces'
    UNION ALL
    SELECT piece.piece_id, piece.word_id, piece.tokenizer_sha256 FROM piece WHERE space <> 'pieces'
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
        WHERE depth IS NULL OR space = 'shared' OR prediction.rank <= depth
        GROUP BY prediction.answer_id, double.unit_id
        HAVING count(*) > 1
        UNION ALL
        SELECT prediction.answer_id
        FROM prediction
        JOIN spelling ON spelling.piece_id = prediction.piece_id
        SEMI JOIN elsewhere ON elsewhere.answer_id = prediction.answer_id
        WHERE depth IS NULL OR space = 'shared' OR prediction.rank <= depth
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
    WHERE space <> 'pieces'
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
),
kept AS (
    SELECT line.answer_id, line.unit_id, line.rank, line.logprob FROM line WHERE space <> 'shared'
    UNION ALL
    SELECT line.answer_id, line.unit_id, row_number() OVER (PARTITION BY line.answer_id ORDER BY line.rank)::INTEGER,
           line.logprob
    FROM line
    SEMI JOIN chosen ON chosen.answer_id = line.answer_id
    SEMI JOIN able ON able.word_id = line.unit_id
    WHERE space = 'shared'
)
SELECT chosen.answer_id, chosen.prompt_id, chosen.mask_index, chosen.checkpoint_id, chosen.weight, kept.unit_id, kept.rank,
       kept.logprob
FROM kept JOIN chosen ON chosen.answer_id = kept.answer_id
WHERE depth IS NULL OR kept.rank <= depth;

-- As before, with the share of a list that could be in both. Rank-biased overlap without lists: a word that both say enters the overlap at the deeper of its two ranks and stays, so with
-- C(j) = sum over d <= j of p^d / d it adds C(depth) - C(deeper - 1) to the sum of equation 23 (Webber, Moffat, Zobel 2010).
CREATE OR REPLACE MACRO selected_pairs(
    since := NULL, until := NULL, checkpoints := NULL, kinds := NULL, label := NULL, author := NULL, tag := NULL, text := NULL,
    in_run := NULL, counting := 'distinct', space := 'words', depth := NULL
) AS TABLE
WITH said AS MATERIALIZED (
    FROM selected_words(
        since := since, until := until, checkpoints := checkpoints, kinds := kinds, label := label, author := author,
        tag := tag, text := text, in_run := in_run, counting := counting, space := space, depth := depth
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
),
-- The few words that one of them says and the tokenizer of another cannot: such a word can never be in both lists.
barred AS MATERIALIZED (
    SELECT heard.unit_id, tokenizer.tokenizer_id
    FROM (SELECT DISTINCT said.unit_id FROM said WHERE space = 'words') AS heard CROSS JOIN tokenizer
    ANTI JOIN vocabulary ON vocabulary.tokenizer_id = tokenizer.tokenizer_id AND vocabulary.word_id = heard.unit_id
),
lost_of_a AS (
    SELECT pair.answer_a, pair.answer_b, count(*) AS words
    FROM said AS one
    JOIN barred ON barred.unit_id = one.unit_id
    JOIN pair ON pair.answer_a = one.answer_id AND one.rank <= pair.k
    JOIN checkpoint_tokenizer AS tongue ON tongue.checkpoint_id = pair.b AND tongue.tokenizer_id = barred.tokenizer_id
    GROUP BY pair.answer_a, pair.answer_b
),
lost_of_b AS (
    SELECT pair.answer_a, pair.answer_b, count(*) AS words
    FROM said AS other
    JOIN barred ON barred.unit_id = other.unit_id
    JOIN pair ON pair.answer_b = other.answer_id AND other.rank <= pair.k
    JOIN checkpoint_tokenizer AS tongue ON tongue.checkpoint_id = pair.a AND tongue.tokenizer_id = barred.tokenizer_id
    GROUP BY pair.answer_a, pair.answer_b
)
SELECT pair.prompt_id, pair.mask_index, pair.a, pair.b, pair.answer_a, pair.answer_b, pair.k AS depth,
       coalesce(shared.words, 0) / pair.k AS overlap,
       coalesce(shared.words, 0) / (2 * pair.k - coalesce(shared.words, 0)) AS jaccard,
       least(coalesce(shared.words / pair.k * step.persistence
                      + (1 - 0.9) / 0.9 * (shared.words * step.upto - shared.missed), 0), 1) AS rbo,
       coalesce(shared.first_too, false) AS top1_same, agreement.jsd_shared,
       CASE WHEN pair.a < pair.b THEN agreement.coverage_a ELSE agreement.coverage_b END AS coverage_a,
       CASE WHEN pair.a < pair.b THEN agreement.coverage_b ELSE agreement.coverage_a END AS coverage_b, pair.weight,
       CASE WHEN space <> 'pieces' AND tongue_a.tokenizer_id IS NOT NULL AND tongue_b.tokenizer_id IS NOT NULL
            THEN 1 - greatest(coalesce(lost_of_a.words, 0), coalesce(lost_of_b.words, 0)) / pair.k END AS attainable
FROM pair
JOIN step ON step.rank = pair.k
LEFT JOIN shared ON shared.answer_a = pair.answer_a AND shared.answer_b = pair.answer_b
LEFT JOIN lost_of_a ON lost_of_a.answer_a = pair.answer_a AND lost_of_a.answer_b = pair.answer_b
LEFT JOIN lost_of_b ON lost_of_b.answer_a = pair.answer_a AND lost_of_b.answer_b = pair.answer_b
LEFT JOIN checkpoint_tokenizer AS tongue_a ON tongue_a.checkpoint_id = pair.a
LEFT JOIN checkpoint_tokenizer AS tongue_b ON tongue_b.checkpoint_id = pair.b
LEFT JOIN agreement
  ON agreement.prompt_id = pair.prompt_id AND agreement.mask_index = pair.mask_index
 AND agreement.checkpoint_a = least(pair.a, pair.b) AND agreement.checkpoint_b = greatest(pair.a, pair.b);

CREATE OR REPLACE MACRO word_units(space := 'words') AS TABLE
SELECT word.word_id AS unit_id, word.text AS word FROM word WHERE space <> 'pieces'
UNION ALL
SELECT min(piece.piece_id), piece.piece FROM piece WHERE space = 'pieces' GROUP BY piece.piece;

CREATE VIEW vocabularies AS
SELECT vocabulary.tokenizer_id, tokenizer.tokenizer_sha256, vocabulary.word_id, word.text AS word, vocabulary.stands_alone
FROM vocabulary JOIN tokenizer USING (tokenizer_id) JOIN word USING (word_id);

COMMENT ON VIEW vocabularies IS 'One row per tokenizer and word form that it can say in one mask.';
COMMENT ON COLUMN vocabularies.tokenizer_id IS 'Key of the tokenizer in this log.';
COMMENT ON COLUMN vocabularies.tokenizer_sha256 IS 'sha256 of the tokenizer, as in checkpoints.';
COMMENT ON COLUMN vocabularies.word_id IS 'Key of the word.';
COMMENT ON COLUMN vocabularies.word IS 'The word; a continuation is written ##ing.';
COMMENT ON COLUMN vocabularies.stands_alone IS 'Whether it starts a word or is a sign; only such words are shared words.';

-- Figures that compare checkpoints count only what all of them answered; this says it once for every question that does.
-- Of the selected words those at prompts and masks that every selected checkpoint answered; all of them unless common.
CREATE MACRO compared_words(
    since := NULL, until := NULL, checkpoints := NULL, kinds := NULL, label := NULL, author := NULL, tag := NULL, text := NULL,
    in_run := NULL, counting := 'distinct', space := 'words', depth := NULL, common := true
) AS TABLE
WITH said AS MATERIALIZED (
    FROM selected_words(
        since := since, until := until, checkpoints := checkpoints, kinds := kinds, label := label, author := author,
        tag := tag, text := text, in_run := in_run, counting := counting, space := space, depth := depth
    )
),
answered AS (
    SELECT said.prompt_id, said.mask_index FROM said
    WHERE said.rank = 1
    GROUP BY said.prompt_id, said.mask_index
    HAVING NOT common OR count(*) = (SELECT count(DISTINCT said.checkpoint_id) FROM said WHERE said.rank = 1)
)
SELECT said.* FROM said
SEMI JOIN answered ON answered.prompt_id = said.prompt_id AND answered.mask_index = said.mask_index;

COMMENT ON MACRO TABLE word_units IS 'What a unit_id of selected_words stands for.';
COMMENT ON MACRO TABLE selected_words IS 'The distinct words, or pieces, of each selected answer down to a depth, ranked anew; unit_id is a word_id, or a piece_id. With space shared only words that all selected checkpoints can say.';
COMMENT ON MACRO TABLE selected_pairs IS 'Each prompt and mask that two selected checkpoints answered: how alike their lists are, down to a depth; p of rbo is 0.9. attainable is the greatest overlap that their vocabularies allow.';
COMMENT ON MACRO TABLE compared_words IS 'Of selected_words those at prompts and masks that every selected checkpoint answered; all of them where common is false.';
