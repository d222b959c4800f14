-- Which prompts has this batch still to ask, between these positions?
SELECT DISTINCT sha256(text) AS text_sha256 FROM pending
WHERE run_id = $run_id AND position >= $first AND position < $first + $n;
