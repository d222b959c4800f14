-- How many lists of each checkpoint were counted, and how many words stand in them?
WITH said AS MATERIALIZED (
    FROM selected_words(
        since := $since, until := $until, checkpoints := $checkpoints, kinds := $kinds, label := $label, author := $author,
        tag := $tag, text := $text, counting := $counting, space := $space, depth := $depth
    )
),
answered AS (
    SELECT prompt_id, mask_index FROM said
    WHERE rank = 1
    GROUP BY prompt_id, mask_index
    HAVING NOT $common OR count(*) = (SELECT count(DISTINCT checkpoint_id) FROM said WHERE rank = 1)
)
SELECT checkpoint_id, coalesce(sum(weight) FILTER (WHERE rank = 1), 0)::BIGINT AS lists, sum(weight)::BIGINT AS predictions,
       count(DISTINCT prompt_id) AS n_prompts
FROM said SEMI JOIN answered USING (prompt_id, mask_index)
GROUP BY checkpoint_id
ORDER BY checkpoint_id;
