-- How are the top score, the margin and the effective choices of each checkpoint distributed?
-- A prompt is one value, the mean of its masks. Unknown figures (imports) are left out; n says how many prompts are known.
WITH observed AS (
    SELECT selected.checkpoint_id, avg(exp(answer.top_logprob)) AS top_score, avg(answer.top1_margin) AS top1_margin,
           avg(exp(answer.entropy)) AS effective_choices, unnest(range(max(selected.weight))) AS again
    FROM selected_answers(
        since := $since, until := $until, checkpoints := $checkpoints, kinds := $kinds, label := $label, author := $author,
        tag := $tag, text := $text, in_run := $in_run, counting := $counting
    ) AS selected
    JOIN answer ON answer.answer_id = selected.answer_id
    GROUP BY selected.checkpoint_id, selected.prompt_id
),
known AS (
    UNPIVOT (SELECT checkpoint_id, top_score, top1_margin, effective_choices, again FROM observed)
    ON top_score, top1_margin, effective_choices INTO NAME measure VALUE value
),
summary AS (
    SELECT checkpoint_id, measure, quantile_cont(value, $levels) AS values, count(*) FILTER (WHERE again = 0) AS n
    FROM known
    GROUP BY checkpoint_id, measure
)
SELECT checkpoint_id, measure, unnest($levels::DOUBLE[]) AS q, unnest(values) AS value, n
FROM summary
ORDER BY checkpoint_id, measure, q;
