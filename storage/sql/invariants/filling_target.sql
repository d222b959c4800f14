-- Which joint fillings name a prompt or a checkpoint that is not there?
SELECT filling.prompt_id, filling.checkpoint_id, filling.fill_order, filling.rank
FROM filling
LEFT JOIN prompt USING (prompt_id)
LEFT JOIN checkpoint USING (checkpoint_id)
WHERE prompt.prompt_id IS NULL OR checkpoint.checkpoint_id IS NULL
