-- Which prompts did this run ask, in the order in which they were asked?
SELECT prompt.text, prompt.prompt_id
FROM ask
JOIN answer USING (answer_id)
JOIN prompt USING (prompt_id)
WHERE ask.run_id = $run_id
GROUP BY prompt.prompt_id, prompt.text
ORDER BY min((ask.row_number, ask.position));
