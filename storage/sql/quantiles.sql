-- How are the top score, the margin and the effective choices of each checkpoint distributed?
-- Unknown figures (imports) are left out; n says how many are known.
WITH observed AS (
    SELECT selected.checkpoint_id, exp(answer.top_logprob) AS top_score, answer.top1_margin,
           exp(answer.entropy) AS effective_choices, unnest(range(selected.weight))
    FROM selected_answers(
        since := $since, until := $until, checkpoints := $checkpoints, kinds := $kinds, label := $label, author := $author,
        tag := $tag, text := $text, counting := $counting
    ) AS selected
    JOIN answer ON answer.answer_id = selected.answer_id
),
known AS (
    UNPIVOT (SELECT checkpoint_id, top_score, top1_margin, effective_choices FROM observed)
    ON top_score, top1_margin, effective_choices INTO NAME measure VALUE value
),
summary AS (
    SELECT checkpoint_id, measure, quantile_cont(value, $levels) AS values, count(*) AS n
    FROM known
    GROUP BY checkpoint_id, measure
)
SELECT checkpoint_id, measure, unnest($levels::DOUBLE[]) AS q, unnest(values) AS value, n
FROM summary
ORDER BY checkpoint_id, measure, q;
