-- Which runs lose something with what is staged to go, and which of them lose all? A run that is to go itself always goes.
WITH losing AS (
    SELECT ask.run_id FROM ask SEMI JOIN staged_gone USING (answer_id)
    UNION
    SELECT run_id::UUID FROM staged_refused
    UNION
    SELECT run_id FROM run WHERE run_id = $run_id
),
keeping AS (
    SELECT ask.run_id FROM ask SEMI JOIN losing USING (run_id) ANTI JOIN staged_gone USING (answer_id)
    UNION
    SELECT refused.run_id
    FROM refused SEMI JOIN losing USING (run_id)
    WHERE refused.rowid NOT IN (SELECT line FROM staged_refused)
    UNION
    SELECT pending.run_id FROM pending
)
SELECT losing.run_id::VARCHAR AS run_id,
       losing.run_id IS NOT DISTINCT FROM $run_id::UUID OR losing.run_id NOT IN (SELECT run_id FROM keeping) AS whole
FROM losing;
