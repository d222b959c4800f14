-- What of the gathered rows can be asked?
INSERT INTO pending (run_id, position, row_number, text, expected, candidates, tag)
SELECT $run_id, position, row_number, text, expected, candidates, tag FROM gathered WHERE problem IS NULL;
