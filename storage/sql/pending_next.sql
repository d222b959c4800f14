-- Which rows of this batch are to be asked next?
SELECT position, row_number, text, expected, candidates, tag FROM pending WHERE run_id = $run_id ORDER BY position LIMIT $limit;
