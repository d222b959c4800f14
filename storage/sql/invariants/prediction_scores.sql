-- Which predictions have a score that is no probability?
SELECT answer_id, rank, logprob FROM prediction WHERE logprob > 1e-6 OR isnan(logprob) OR isinf(logprob)
