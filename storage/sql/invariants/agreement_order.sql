-- Which agreements do not name the smaller checkpoint first?
SELECT prompt_id, mask_index, checkpoint_a, checkpoint_b FROM agreement WHERE checkpoint_a >= checkpoint_b
