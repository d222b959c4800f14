-- Where the right word is known, at which rank and how probable does each checkpoint say it?
-- Upper and lower case are the same, and of several right words the best counts. Words are compared, whatever the word space.
-- Of several right words a probability is known if one stands in the list, or else if every one was scored by name: an unscored
-- one that is not in the list might be the most probable. A word of several pieces is no outcome of one mask: its joint
-- probability is a logprob and no logprob_one. Where two pieces stand for the right word, as two full stops do, they are one
-- outcome: the sum of squares then holds the square of their sum.
WITH chosen AS MATERIALIZED (
    SELECT selected.*
    FROM selected_answers(
        since := $since, until := $until, checkpoints := $checkpoints, kinds := $kinds, label := $label, author := $author,
        tag := $tag, text := $text, in_run := $in_run, counting := $counting
    ) AS selected
    SEMI JOIN expectation ON expectation.prompt_id = selected.prompt_id AND expectation.mask_index = selected.mask_index
),
right_word AS MATERIALIZED (
    SELECT DISTINCT expectation.prompt_id, expectation.mask_index, spelling.word_id, lower(word.text) AS folded
    FROM expectation
    JOIN word ON word.word_id = expectation.word_id
    JOIN word AS spelling ON lower(spelling.text) = lower(word.text)
),
said AS MATERIALIZED (
    SELECT prediction.answer_id, prediction.word_id,
           CASE WHEN count(prediction.logprob) = count(*) THEN ln(sum(exp(prediction.logprob))) END AS logprob,
           CASE WHEN count(*) > 1 THEN pow(sum(exp(prediction.logprob)), 2) - sum(exp(2 * prediction.logprob)) ELSE 0 END AS merged,
           row_number() OVER (PARTITION BY prediction.answer_id ORDER BY min(prediction.rank)) AS rank
    FROM prediction SEMI JOIN chosen ON chosen.answer_id = prediction.answer_id
    GROUP BY prediction.answer_id, prediction.word_id
),
length AS (SELECT said.answer_id, count(*) AS depth FROM said GROUP BY said.answer_id),
-- A candidate was scored over the whole distribution, a list may lack pieces of its word: the candidate is believed.
scored AS (
    SELECT candidate.answer_id, candidate.word_id, max(candidate.logprob) AS logprob, min(candidate.rank) AS rank,
           max(len(candidate.pieces)) AS pieces
    FROM candidate SEMI JOIN chosen ON chosen.answer_id = candidate.answer_id
    GROUP BY candidate.answer_id, candidate.word_id
),
-- Which of the words that were scored by name is the most probable: known where one of them is right, one is wrong, and all have
-- a probability.
choice AS (
    SELECT scored.answer_id,
           CASE WHEN count(scored.logprob) = count(*)
                THEN max(scored.logprob) FILTER (WHERE right_word.word_id IS NOT NULL)
                     > max(scored.logprob) FILTER (WHERE right_word.word_id IS NULL) END AS is_right
    FROM scored
    JOIN chosen ON chosen.answer_id = scored.answer_id
    LEFT JOIN right_word ON right_word.prompt_id = chosen.prompt_id AND right_word.mask_index = chosen.mask_index
         AND right_word.word_id = scored.word_id
    GROUP BY scored.answer_id
),
form AS (
    SELECT chosen.answer_id, right_word.folded, min(said.rank) AS rank, min(scored.rank) AS rank_scored,
           max(coalesce(scored.logprob, said.logprob)) AS logprob, coalesce(max(scored.pieces), 1) <> 1 AS long,
           arg_max(said.merged, coalesce(scored.logprob, said.logprob)) AS merged
    FROM chosen
    JOIN right_word ON right_word.prompt_id = chosen.prompt_id AND right_word.mask_index = chosen.mask_index
    LEFT JOIN said ON said.answer_id = chosen.answer_id AND said.word_id = right_word.word_id
    LEFT JOIN scored ON scored.answer_id = chosen.answer_id AND scored.word_id = right_word.word_id
    GROUP BY chosen.answer_id, right_word.folded
),
known AS (
    SELECT form.answer_id, min(form.rank) AS rank, least(min(form.rank), min(form.rank_scored)) AS rank_known,
           bool_and(form.rank_scored IS NOT NULL) AS scored,
           CASE WHEN bool_or(form.rank IS NOT NULL) OR bool_and(form.logprob IS NOT NULL) THEN max(form.logprob) END AS logprob,
           CASE WHEN bool_or(form.rank IS NOT NULL) OR bool_and(form.long OR form.logprob IS NOT NULL)
                THEN max(form.logprob) FILTER (WHERE NOT form.long) END AS logprob_one,
           arg_max(form.merged, form.logprob) FILTER (WHERE NOT form.long) AS merged,
           count(*) FILTER (WHERE form.long) AS long_words
    FROM form
    GROUP BY form.answer_id
)
SELECT chosen.prompt_id, chosen.mask_index, chosen.checkpoint_id, known.rank, length.depth, known.logprob, known.logprob_one,
       known.long_words, known.rank_known, known.scored, exp(answer.top_logprob) AS top_score,
       coalesce(known.rank = 1, false) AS top_right, answer.sum_p_squared + coalesce(known.merged, 0) AS sum_p_squared,
       choice.is_right AS choice_right, chosen.weight
FROM chosen
JOIN known ON known.answer_id = chosen.answer_id
JOIN length ON length.answer_id = chosen.answer_id
JOIN answer ON answer.answer_id = chosen.answer_id
LEFT JOIN choice ON choice.answer_id = chosen.answer_id
ORDER BY chosen.prompt_id, chosen.mask_index, chosen.checkpoint_id;
