-- Several masks filled together: a fact about a prompt and a checkpoint, as an answer is one about a mask.
CREATE TABLE filling (
    prompt_id BIGINT NOT NULL,
    checkpoint_id BIGINT NOT NULL,
    fill_order VARCHAR NOT NULL,
    rank INTEGER NOT NULL,
    logprob DOUBLE NOT NULL,
    slots STRUCT(mask_index INTEGER, token_id BIGINT, piece VARCHAR, word VARCHAR, logprob DOUBLE)[] NOT NULL,
    created_at TIMESTAMP NOT NULL,
    PRIMARY KEY (prompt_id, checkpoint_id, fill_order, rank)
);

CREATE VIEW fillings AS
SELECT filling.prompt_id, prompt.text AS prompt, filling.checkpoint_id, checkpoint.name AS checkpoint, checkpoint.family,
       filling.fill_order, filling.rank, filling.logprob,
       list_transform(list_sort(filling.slots), lambda slot : slot.word) AS words, filling.slots, filling.created_at
FROM filling
JOIN prompt USING (prompt_id)
JOIN checkpoint USING (checkpoint_id);

COMMENT ON VIEW fillings IS 'One row per way in which a checkpoint fills all masks of a prompt together.';
COMMENT ON COLUMN fillings.prompt_id IS 'Key of the prompt.';
COMMENT ON COLUMN fillings.prompt IS 'The text, its masks written [MASK].';
COMMENT ON COLUMN fillings.checkpoint_id IS 'Key of the checkpoint.';
COMMENT ON COLUMN fillings.checkpoint IS 'Name of the checkpoint.';
COMMENT ON COLUMN fillings.family IS 'Architecture of the checkpoint.';
COMMENT ON COLUMN fillings.fill_order IS 'Order of filling: left to right, most confident first, or beam.';
COMMENT ON COLUMN fillings.rank IS '1 is the most probable filling found in this order.';
COMMENT ON COLUMN fillings.logprob IS 'Sum of the natural log-probabilities of the slots; comparable within one order and checkpoint.';
COMMENT ON COLUMN fillings.words IS 'The words, from the first mask to the last.';
COMMENT ON COLUMN fillings.slots IS 'Each mask in the order of filling: mask_index, token_id, piece, word, logprob given those before.';
COMMENT ON COLUMN fillings.created_at IS 'When it was computed, UTC.';
