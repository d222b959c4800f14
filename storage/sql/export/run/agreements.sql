-- Which agreements are between answers that were both asked for in one run?
WITH asked AS MATERIALIZED (FROM asks WHERE asks.run_id = $run_id::UUID)
SELECT agreements.*
FROM agreements
SEMI JOIN asked AS a
  ON a.prompt_id = agreements.prompt_id AND a.mask_index = agreements.mask_index AND a.checkpoint_id = agreements.checkpoint_a_id
SEMI JOIN asked AS b
  ON b.prompt_id = agreements.prompt_id AND b.mask_index = agreements.mask_index AND b.checkpoint_id = agreements.checkpoint_b_id;
