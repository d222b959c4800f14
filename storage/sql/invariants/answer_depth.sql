-- Which answers keep another number of predictions than they say?
SELECT answer.answer_id, answer.depth, coalesce(kept.predictions, 0) AS predictions
FROM answer
LEFT JOIN (SELECT answer_id, count(*) AS predictions FROM prediction GROUP BY answer_id) AS kept USING (answer_id)
WHERE answer.depth <> coalesce(kept.predictions, 0)
