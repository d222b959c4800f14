-- Which asks are of one run?
SELECT asks.*
FROM asks
WHERE asks.run_id = $run_id::UUID;
