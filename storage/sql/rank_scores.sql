-- How probable is what each checkpoint puts at each rank? Lines without a score (imports) are left out.
SELECT line.checkpoint_id, line.rank, quantile_cont(line.score, 0.25) AS low, quantile_cont(line.score, 0.5) AS median,
       quantile_cont(line.score, 0.75) AS high, count(*) AS n
FROM (
    SELECT said.checkpoint_id, said.rank, exp(said.logprob) AS score, unnest(range(said.weight))
    FROM selected_words(
        since := $since, until := $until, checkpoints := $checkpoints, kinds := $kinds, label := $label, author := $author,
        tag := $tag, text := $text, counting := $counting, space := $space, depth := $depth
    ) AS said
    WHERE said.logprob IS NOT NULL
) AS line
GROUP BY line.checkpoint_id, line.rank
ORDER BY line.checkpoint_id, line.rank;
