-- How often does each checkpoint say each word, and how probable is it? In all lists, or in those of the prompts and masks that
-- every selected checkpoint answered. A mass is NULL where a score is unknown.
WITH said AS MATERIALIZED (
    FROM compared_words(
        since := $since, until := $until, checkpoints := $checkpoints, kinds := $kinds, label := $label, author := $author,
        tag := $tag, text := $text, in_run := $in_run, counting := $counting, space := $space, depth := $depth, common := $common
    )
),
counted AS (
    SELECT unit_id, checkpoint_id, sum(weight)::BIGINT AS lists,
           CASE WHEN count(logprob) = count(*) THEN sum(exp(logprob) * weight) END AS mass,
           coalesce(sum(weight) FILTER (WHERE rank = 1), 0)::BIGINT AS firsts
    FROM said
    GROUP BY unit_id, checkpoint_id
)
SELECT unit.word, counted.checkpoint_id, counted.lists, counted.mass, counted.firsts
FROM counted JOIN word_units(space := $space) AS unit ON unit.unit_id = counted.unit_id
ORDER BY counted.lists DESC, unit.word, counted.checkpoint_id;
