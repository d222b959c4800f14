-- Which texts of one run could not be answered?
SELECT refused_prompts.*
FROM refused_prompts
WHERE refused_prompts.run_id = $run_id::UUID;
