-- Which ways to fill several masks together are not yet known here?
INSERT INTO filling (prompt_id, checkpoint_id, fill_order, rank, logprob, slots, created_at)
SELECT asked.prompt_id, speaker.checkpoint_id, theirs.fill_order, theirs.rank, theirs.logprob, theirs.slots, theirs.created_at
FROM archived_filling AS theirs
JOIN taken_prompt AS asked ON asked.theirs_id = theirs.prompt_id
JOIN taken_checkpoint AS speaker ON speaker.theirs_id = theirs.checkpoint_id
ANTI JOIN filling AS ours
  ON ours.prompt_id = asked.prompt_id AND ours.checkpoint_id = speaker.checkpoint_id AND ours.fill_order = theirs.fill_order
 AND ours.rank = theirs.rank;

UPDATE filling SET created_at = theirs.created_at
FROM archived_filling AS theirs
JOIN taken_prompt AS asked ON asked.theirs_id = theirs.prompt_id
JOIN taken_checkpoint AS speaker ON speaker.theirs_id = theirs.checkpoint_id
WHERE filling.prompt_id = asked.prompt_id AND filling.checkpoint_id = speaker.checkpoint_id
  AND filling.fill_order = theirs.fill_order AND filling.rank = theirs.rank AND theirs.created_at < filling.created_at;
