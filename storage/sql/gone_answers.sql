-- Which answers go with a run, or with a prompt? Of a run those that no other run asked for, of a prompt all.
WITH mine AS MATERIALIZED (SELECT DISTINCT answer_id FROM ask WHERE run_id = $run_id),
shared AS (SELECT DISTINCT ask.answer_id FROM ask SEMI JOIN mine USING (answer_id) WHERE ask.run_id <> $run_id)
SELECT answer_id, prompt_id, mask_index, checkpoint_id
FROM answer SEMI JOIN mine USING (answer_id) ANTI JOIN shared USING (answer_id)
UNION
SELECT answer_id, prompt_id, mask_index, checkpoint_id FROM answer WHERE prompt_id = $prompt_id;
