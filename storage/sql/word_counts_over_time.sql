-- How often does each checkpoint say each word in each period? Otherwise as word_counts.
WITH said AS MATERIALIZED (
    FROM compared_words(
        since := $since, until := $until, checkpoints := $checkpoints, kinds := $kinds, label := $label, author := $author,
        tag := $tag, text := $text, in_run := $in_run, counting := $counting, space := $space, depth := $depth, common := $common
    )
),
counted AS (
    SELECT selected.period, selected.unit, said.unit_id, said.checkpoint_id, sum(selected.weight)::BIGINT AS lists,
           CASE WHEN count(said.logprob) = count(*) THEN sum(exp(said.logprob) * selected.weight) END AS mass,
           coalesce(sum(selected.weight) FILTER (WHERE said.rank = 1), 0)::BIGINT AS firsts
    FROM selected_periods(
        since := $since, until := $until, checkpoints := $checkpoints, kinds := $kinds, label := $label, author := $author,
        tag := $tag, text := $text, in_run := $in_run, counting := $counting
    ) AS selected
    JOIN said ON said.answer_id = selected.answer_id
    GROUP BY selected.period, selected.unit, said.unit_id, said.checkpoint_id
)
SELECT counted.period, counted.unit, unit.word, counted.checkpoint_id, counted.lists, counted.mass, counted.firsts
FROM counted JOIN word_units(space := $space) AS unit ON unit.unit_id = counted.unit_id
ORDER BY counted.period, counted.checkpoint_id, counted.lists DESC, counted.unit_id;
