-- Which agreements have a figure outside 0 to 1?
SELECT prompt_id, mask_index, checkpoint_a, checkpoint_b, depth, overlap, jaccard, rbo, jsd_shared, coverage_a, coverage_b
FROM agreement
WHERE depth < 1
   OR NOT overlap BETWEEN 0 AND 1.000001 OR NOT jaccard BETWEEN 0 AND 1.000001 OR NOT rbo BETWEEN 0 AND 1.000001
   OR NOT jsd_shared BETWEEN -0.000001 AND 1.000001
   OR NOT coverage_a BETWEEN 0 AND 1.001 OR NOT coverage_b BETWEEN 0 AND 1.001
