-- Which agreements of the archive are new here, deeper, or know figures that are unknown? Ours are kept with the smaller key
-- first, so a pair may have to be turned. The same rule as storage/events.py.
CREATE TEMP TABLE taken_agreement AS
SELECT asked.prompt_id, theirs.mask_index, least(a.checkpoint_id, b.checkpoint_id) AS checkpoint_a,
       greatest(a.checkpoint_id, b.checkpoint_id) AS checkpoint_b, theirs.depth, theirs.overlap, theirs.jaccard, theirs.rbo,
       theirs.jsd_shared,
       CASE WHEN a.checkpoint_id < b.checkpoint_id THEN theirs.coverage_a ELSE theirs.coverage_b END AS coverage_a,
       CASE WHEN a.checkpoint_id < b.checkpoint_id THEN theirs.coverage_b ELSE theirs.coverage_a END AS coverage_b,
       theirs.top1_same
FROM archived_agreement AS theirs
JOIN taken_prompt AS asked ON asked.theirs_id = theirs.prompt_id
JOIN taken_checkpoint AS a ON a.theirs_id = theirs.checkpoint_a
JOIN taken_checkpoint AS b ON b.theirs_id = theirs.checkpoint_b;

UPDATE agreement SET
    overlap = CASE WHEN theirs.depth > agreement.depth THEN theirs.overlap ELSE agreement.overlap END,
    jaccard = CASE WHEN theirs.depth > agreement.depth THEN theirs.jaccard ELSE agreement.jaccard END,
    rbo = CASE WHEN theirs.depth > agreement.depth THEN theirs.rbo ELSE agreement.rbo END,
    top1_same = CASE WHEN theirs.depth > agreement.depth THEN theirs.top1_same ELSE agreement.top1_same END,
    jsd_shared = coalesce(theirs.jsd_shared, agreement.jsd_shared),
    coverage_a = coalesce(theirs.coverage_a, agreement.coverage_a),
    coverage_b = coalesce(theirs.coverage_b, agreement.coverage_b),
    depth = greatest(theirs.depth, agreement.depth)
FROM taken_agreement AS theirs
WHERE theirs.prompt_id = agreement.prompt_id AND theirs.mask_index = agreement.mask_index
  AND theirs.checkpoint_a = agreement.checkpoint_a AND theirs.checkpoint_b = agreement.checkpoint_b
  AND (theirs.depth > agreement.depth OR (theirs.jsd_shared IS NOT NULL AND agreement.jsd_shared IS NULL));

INSERT INTO agreement (prompt_id, mask_index, checkpoint_a, checkpoint_b, depth, overlap, jaccard, rbo, jsd_shared,
                       coverage_a, coverage_b, top1_same)
SELECT theirs.prompt_id, theirs.mask_index, theirs.checkpoint_a, theirs.checkpoint_b, theirs.depth, theirs.overlap,
       theirs.jaccard, theirs.rbo, theirs.jsd_shared, theirs.coverage_a, theirs.coverage_b, theirs.top1_same
FROM taken_agreement AS theirs
ANTI JOIN agreement AS ours
  ON ours.prompt_id = theirs.prompt_id AND ours.mask_index = theirs.mask_index AND ours.checkpoint_a = theirs.checkpoint_a
 AND ours.checkpoint_b = theirs.checkpoint_b;
