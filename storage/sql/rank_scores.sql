-- How probable is what each checkpoint puts at each rank? A prompt is one value, the mean of its masks. Lines without a score
-- (imports) are left out. Only prompts with several masks are grouped: grouping all would take most of the time.
WITH said AS MATERIALIZED (
    SELECT word.checkpoint_id, word.prompt_id, word.mask_index, word.rank, exp(word.logprob) AS score, word.weight
    FROM selected_words(
        since := $since, until := $until, checkpoints := $checkpoints, kinds := $kinds, label := $label, author := $author,
        tag := $tag, text := $text, in_run := $in_run, counting := $counting, space := $space, depth := $depth
    ) AS word
    WHERE word.logprob IS NOT NULL
),
several AS (SELECT DISTINCT said.prompt_id FROM said WHERE said.mask_index > 0),
line AS (
    SELECT said.checkpoint_id, said.rank, said.score, unnest(range(said.weight)) AS again
    FROM said ANTI JOIN several ON several.prompt_id = said.prompt_id
    UNION ALL
    SELECT said.checkpoint_id, said.rank, avg(said.score), unnest(range(max(said.weight)))
    FROM said SEMI JOIN several ON several.prompt_id = said.prompt_id
    GROUP BY said.checkpoint_id, said.rank, said.prompt_id
)
SELECT line.checkpoint_id, line.rank, quantile_cont(line.score, 0.25) AS low, quantile_cont(line.score, 0.5) AS median,
       quantile_cont(line.score, 0.75) AS high, count(*) FILTER (WHERE line.again = 0) AS n
FROM line
GROUP BY line.checkpoint_id, line.rank
ORDER BY line.checkpoint_id, line.rank;
