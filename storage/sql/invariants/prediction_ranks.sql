-- Which answers have predictions whose ranks are not 1, 2, 3 and so on, each once?
SELECT answer_id, count(*) AS predictions, min(rank) AS first, max(rank) AS last
FROM prediction
GROUP BY answer_id
HAVING min(rank) <> 1 OR max(rank) <> count(*) OR sum(rank) <> count(*) * (count(*) + 1) // 2
    OR count(DISTINCT rank) <> count(*)
