-- How do the top score, the margin and the effective choices of each checkpoint change with time?
WITH observed AS (
    SELECT selected.period, selected.unit, selected.checkpoint_id, exp(answer.top_logprob) AS top_score, answer.top1_margin,
           exp(answer.entropy) AS effective_choices, unnest(range(selected.weight))
    FROM selected_periods(
        since := $since, until := $until, checkpoints := $checkpoints, kinds := $kinds, label := $label, author := $author,
        tag := $tag, text := $text, counting := $counting
    ) AS selected
    JOIN answer ON answer.answer_id = selected.answer_id
),
known AS (
    UNPIVOT (SELECT period, unit, checkpoint_id, top_score, top1_margin, effective_choices FROM observed)
    ON top_score, top1_margin, effective_choices INTO NAME measure VALUE value
)
SELECT period, unit, checkpoint_id, measure, quantile_cont(value, 0.25) AS low, quantile_cont(value, 0.5) AS median,
       quantile_cont(value, 0.75) AS high, count(*) AS n
FROM known
GROUP BY period, unit, checkpoint_id, measure
ORDER BY period, checkpoint_id, measure;
