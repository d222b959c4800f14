-- Which scores of named words are of answers that were asked for in one run?
SELECT candidates.*
FROM candidates
SEMI JOIN asks ON asks.answer_id = candidates.answer_id AND asks.run_id = $run_id::UUID;
