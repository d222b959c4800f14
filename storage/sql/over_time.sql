-- How do the top score, the margin and the effective choices of each checkpoint change with time?
-- A prompt is one value in a period, the mean of its masks.
WITH observed AS (
    SELECT selected.period, selected.unit, selected.checkpoint_id, avg(exp(answer.top_logprob)) AS top_score,
           avg(answer.top1_margin) AS top1_margin, avg(exp(answer.entropy)) AS effective_choices,
           unnest(range(max(selected.weight))) AS again
    FROM selected_periods(
        since := $since, until := $until, checkpoints := $checkpoints, kinds := $kinds, label := $label, author := $author,
        tag := $tag, text := $text, in_run := $in_run, counting := $counting
    ) AS selected
    JOIN answer ON answer.answer_id = selected.answer_id
    GROUP BY selected.period, selected.unit, selected.checkpoint_id, answer.prompt_id
),
known AS (
    UNPIVOT (SELECT period, unit, checkpoint_id, top_score, top1_margin, effective_choices, again FROM observed)
    ON top_score, top1_margin, effective_choices INTO NAME measure VALUE value
)
SELECT period, unit, checkpoint_id, measure, quantile_cont(value, 0.25) AS low, quantile_cont(value, 0.5) AS median,
       quantile_cont(value, 0.75) AS high, count(*) FILTER (WHERE again = 0) AS n
FROM known
GROUP BY period, unit, checkpoint_id, measure
ORDER BY period, checkpoint_id, measure;
