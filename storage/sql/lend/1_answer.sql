-- What do the checkpoints that are asked say of the wanted prompts, where their whole distribution was known?
CREATE OR REPLACE TEMP TABLE lent_checkpoint AS
SELECT checkpoint.* FROM checkpoint
SEMI JOIN asked_of USING (name, source, revision, weights_sha256, tokenizer_sha256);

CREATE OR REPLACE TEMP TABLE lent_answer AS
SELECT answer.* FROM answer
SEMI JOIN lent_checkpoint USING (checkpoint_id)
WHERE answer.entropy IS NOT NULL AND answer.prompt_id IN (SELECT prompt.prompt_id FROM prompt SEMI JOIN wanted USING (text_sha256));
