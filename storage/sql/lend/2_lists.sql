-- Which lists, scored words and agreements come with these answers?
CREATE OR REPLACE TEMP TABLE lent_prediction AS
SELECT prediction.* FROM prediction SEMI JOIN lent_answer USING (answer_id);

CREATE OR REPLACE TEMP TABLE lent_candidate AS
SELECT candidate.* FROM candidate SEMI JOIN lent_answer USING (answer_id);

CREATE OR REPLACE TEMP TABLE lent_agreement AS
SELECT agreement.* FROM agreement
SEMI JOIN lent_answer USING (prompt_id, mask_index)
WHERE agreement.checkpoint_a IN (SELECT lent_checkpoint.checkpoint_id FROM lent_checkpoint)
  AND agreement.checkpoint_b IN (SELECT lent_checkpoint.checkpoint_id FROM lent_checkpoint);
