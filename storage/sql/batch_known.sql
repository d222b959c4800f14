-- Which of the wanted rows does the log know in full: at every mask the answer of every checkpoint with its figures, deep enough,
-- with every word scored, and every pair compared?
WITH asking AS MATERIALIZED (
    SELECT wanted.position, prompt.prompt_id, wanted.mask_count, wanted.words
    FROM wanted JOIN prompt ON prompt.text_sha256 = wanted.text_sha256
),
one AS MATERIALIZED (SELECT DISTINCT asking.prompt_id FROM asking),
given AS MATERIALIZED (
    SELECT answer.prompt_id, answer.answer_id
    FROM answer
    JOIN one ON one.prompt_id = answer.prompt_id
    JOIN asked_of ON asked_of.checkpoint_id = answer.checkpoint_id
    WHERE answer.entropy IS NOT NULL AND answer.depth >= asked_of.depth
),
answered AS (SELECT given.prompt_id, count(*) AS n FROM given GROUP BY given.prompt_id),
paired AS (
    SELECT agreement.prompt_id, count(*) AS n
    FROM agreement JOIN one ON one.prompt_id = agreement.prompt_id
    WHERE agreement.jsd_shared IS NOT NULL
      AND agreement.checkpoint_a IN (SELECT asked_of.checkpoint_id FROM asked_of)
      AND agreement.checkpoint_b IN (SELECT asked_of.checkpoint_id FROM asked_of)
    GROUP BY agreement.prompt_id
),
spoken AS (SELECT asking.position, asking.prompt_id, unnest(asking.words) AS text FROM asking),
scored AS (
    SELECT spoken.position, count(*) AS n
    FROM spoken
    JOIN word ON word.text = spoken.text
    JOIN given ON given.prompt_id = spoken.prompt_id
    JOIN candidate ON candidate.answer_id = given.answer_id AND candidate.word_id = word.word_id
    WHERE candidate.word_space = $word_space
    GROUP BY spoken.position
),
size AS (SELECT count(*) AS n FROM asked_of)
SELECT asking.position
FROM asking
CROSS JOIN size
JOIN answered ON answered.prompt_id = asking.prompt_id
LEFT JOIN paired ON paired.prompt_id = asking.prompt_id
LEFT JOIN scored ON scored.position = asking.position
WHERE answered.n = asking.mask_count * size.n
  AND coalesce(paired.n, 0) = asking.mask_count * size.n * (size.n - 1) // 2
  AND coalesce(scored.n, 0) = asking.mask_count * size.n * len(asking.words);
