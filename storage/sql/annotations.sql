-- What did people put on these runs and on these prompts, the oldest first?
SELECT run_id::VARCHAR, prompt_id, kind, annotation_id::VARCHAR, text, author, created_at
FROM annotations
WHERE run_id IN (SELECT unnest($runs::UUID[])) OR prompt_id IN (SELECT unnest($prompts::BIGINT[]))
ORDER BY created_at, annotation_id;
