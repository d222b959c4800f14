-- Which runs are of a kind that nobody knows?
SELECT run_id, kind FROM run WHERE kind NOT IN ('ask', 'batch', 'import', 'replay', 'sample')
