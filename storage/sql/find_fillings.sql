-- How do these checkpoints fill all masks of these prompts together?
SELECT prompt.text_sha256, filling.checkpoint_id, filling.fill_order, filling.rank, filling.slots
FROM prompt
JOIN filling USING (prompt_id)
WHERE prompt.text_sha256 IN (SELECT unnest($prompts::VARCHAR[]))
  AND filling.checkpoint_id IN (SELECT unnest($checkpoints::BIGINT[]))
ORDER BY filling.prompt_id, filling.checkpoint_id, filling.fill_order, filling.rank;
