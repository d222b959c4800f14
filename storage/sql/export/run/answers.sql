-- Which answers were asked for in one run?
SELECT answers.*
FROM answers
SEMI JOIN asks ON asks.answer_id = answers.answer_id AND asks.run_id = $run_id::UUID;
