-- Which answers have predictions whose probabilities add up to more than 1?
-- A published score may be rounded to two digits, so each may be 0.005 too high, as `import` allows.
SELECT answer_id, sum(exp(logprob)) AS mass FROM prediction GROUP BY answer_id HAVING sum(exp(logprob)) > 1.001 + 0.005 * count(*)
