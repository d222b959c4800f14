-- Which refused texts go with a run, or with a prompt? Of a prompt those that some checkpoint could not read.
SELECT refused.rowid AS line, refused.run_id::VARCHAR AS run_id
FROM refused
WHERE refused.run_id = $run_id
   OR spelled(refused.text) = (SELECT prompt.text FROM prompt WHERE prompt.prompt_id = $prompt_id);
