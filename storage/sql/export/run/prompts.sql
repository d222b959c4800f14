-- Which prompts were asked in one run?
SELECT prompts.*
FROM prompts
SEMI JOIN asks ON asks.prompt_id = prompts.prompt_id AND asks.run_id = $run_id::UUID;
