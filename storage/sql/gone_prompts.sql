-- Which prompts have no answer left without those that are staged to go? A prompt that is to go itself always goes.
SELECT prompt_id
FROM prompt
WHERE prompt_id IN (SELECT prompt_id FROM staged_gone)
  AND prompt_id NOT IN (SELECT prompt_id FROM answer ANTI JOIN staged_gone USING (answer_id))
   OR prompt_id = $prompt_id;
