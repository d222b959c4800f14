-- Which predictions are more probable than the one ranked before them?
SELECT later.answer_id, later.rank, before.logprob AS logprob_before, later.logprob
FROM prediction AS later
JOIN prediction AS before ON before.answer_id = later.answer_id AND before.rank = later.rank - 1
WHERE later.logprob > before.logprob
