-- Which predictions are of answers that were asked for in one run?
SELECT predictions.*
FROM predictions
SEMI JOIN asks ON asks.answer_id = predictions.answer_id AND asks.run_id = $run_id::UUID;
