-- Which rows that are still to be asked share their place with another of the same batch?
SELECT run_id, position, count(*) AS times FROM pending GROUP BY run_id, position HAVING count(*) > 1
