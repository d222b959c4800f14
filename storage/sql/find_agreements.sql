-- Which agreements are already known for these prompts between any two of these checkpoints?
SELECT prompt.text_sha256, agreement.mask_index, agreement.checkpoint_a, agreement.checkpoint_b, agreement.depth,
       agreement.overlap, agreement.jaccard, agreement.rbo, agreement.jsd_shared, agreement.coverage_a, agreement.coverage_b,
       agreement.top1_same
FROM prompt
JOIN agreement USING (prompt_id)
WHERE prompt.text_sha256 IN (SELECT unnest($prompts::VARCHAR[]))
  AND agreement.checkpoint_a IN (SELECT unnest($checkpoints::BIGINT[]))
  AND agreement.checkpoint_b IN (SELECT unnest($checkpoints::BIGINT[]));
