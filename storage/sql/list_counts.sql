-- How many lists of each checkpoint were counted, and how many words stand in them?
WITH said AS MATERIALIZED (
    FROM compared_words(
        since := $since, until := $until, checkpoints := $checkpoints, kinds := $kinds, label := $label, author := $author,
        tag := $tag, text := $text, in_run := $in_run, counting := $counting, space := $space, depth := $depth, common := $common
    )
)
SELECT checkpoint_id, coalesce(sum(weight) FILTER (WHERE rank = 1), 0)::BIGINT AS lists, sum(weight)::BIGINT AS predictions,
       count(DISTINCT prompt_id) AS n_prompts
FROM said
GROUP BY checkpoint_id
ORDER BY checkpoint_id;
