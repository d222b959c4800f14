-- Which runs mention a text, in a prompt, a refused text, a label, an author, a tag or a note, and are starred where that is
-- asked for? The same search as recent_runs.sql, over the views that people may see. $search is taken literally and without
-- regard to case; $pattern, where it is not NULL, must match too. NULL finds every run.
WITH written AS (
    SELECT run_id, NULL::BIGINT AS prompt_id, lower(spelled(text)) AS text
    FROM (
        SELECT run_id, label AS text FROM runs
        UNION ALL
        SELECT run_id, author FROM runs
        UNION ALL
        SELECT run_id, text FROM refused_prompts
        UNION ALL
        SELECT run_id, text FROM annotations WHERE run_id IS NOT NULL
    ) AS kept
    WHERE $search IS NOT NULL AND text IS NOT NULL
    UNION ALL
    SELECT NULL, prompt_id, lower(spelled(text)) FROM annotations WHERE $search IS NOT NULL AND prompt_id IS NOT NULL
    UNION ALL
    SELECT NULL, prompt_id, lower(prompt) FROM prompts WHERE $search IS NOT NULL
),
found AS (
    SELECT run_id, prompt_id FROM written
    WHERE contains(text, lower($search)) AND ($pattern IS NULL OR regexp_matches(text, $pattern))
),
starred AS (
    SELECT run_id, prompt_id FROM annotations WHERE $starred AND kind = 'star'
)
SELECT run_id
FROM runs
WHERE ($search IS NULL
       OR run_id IN (SELECT run_id FROM found WHERE run_id IS NOT NULL)
       OR run_id IN (SELECT run_id FROM asks WHERE prompt_id IN (SELECT prompt_id FROM found WHERE prompt_id IS NOT NULL)))
  AND (NOT $starred
       OR run_id IN (SELECT run_id FROM starred WHERE run_id IS NOT NULL)
       OR run_id IN (SELECT run_id FROM asks WHERE prompt_id IN (SELECT prompt_id FROM starred WHERE prompt_id IS NOT NULL)));
