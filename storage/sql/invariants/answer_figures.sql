-- Which answers have a figure that no distribution can have?
-- Half-precision sums of probabilities may pass 1 by a little.
SELECT answer_id, entropy, sum_p_squared, top1_margin, word_mass
FROM answer
WHERE entropy < 0 OR isnan(entropy) OR isinf(entropy)
   OR NOT sum_p_squared BETWEEN 0 AND 1.001
   OR top1_margin < 0 OR isnan(top1_margin)
   OR NOT word_mass BETWEEN 0 AND 1.001
