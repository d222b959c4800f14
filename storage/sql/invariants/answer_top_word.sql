-- Which answers repeat as their first word something other than their first prediction?
SELECT answer.answer_id, answer.top_word_id, first.word_id, answer.top_logprob, first.logprob
FROM answer
LEFT JOIN (SELECT answer_id, word_id, logprob FROM prediction WHERE rank = 1) AS first USING (answer_id)
WHERE answer.top_word_id IS DISTINCT FROM first.word_id OR answer.top_logprob IS DISTINCT FROM first.logprob
