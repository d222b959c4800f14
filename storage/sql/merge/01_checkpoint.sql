-- Under which key does this log know, or take in, each checkpoint of the archive?
CREATE TEMP TABLE taken_checkpoint AS
SELECT theirs.checkpoint_id AS theirs_id, ours.checkpoint_id IS NULL AS is_new,
       coalesce(ours.checkpoint_id, CASE WHEN taking.keeps_keys THEN theirs.checkpoint_id ELSE taking.checkpoints
           + row_number() OVER (PARTITION BY ours.checkpoint_id IS NULL ORDER BY theirs.checkpoint_id) END) AS checkpoint_id
FROM archived_checkpoint AS theirs
CROSS JOIN taking
LEFT JOIN checkpoint AS ours
  ON ours.name = theirs.name AND ours.source = theirs.source AND ours.revision = theirs.revision
 AND ours.weights_sha256 = theirs.weights_sha256 AND ours.tokenizer_sha256 = theirs.tokenizer_sha256;

INSERT INTO checkpoint (checkpoint_id, name, family, source, revision, weights_sha256, tokenizer_sha256, parameters,
                        vocabulary_size, first_used_at)
SELECT taken.checkpoint_id, theirs.name, theirs.family, theirs.source, theirs.revision, theirs.weights_sha256,
       theirs.tokenizer_sha256, theirs.parameters, theirs.vocabulary_size, theirs.first_used_at
FROM archived_checkpoint AS theirs
JOIN taken_checkpoint AS taken ON taken.theirs_id = theirs.checkpoint_id AND taken.is_new;

UPDATE checkpoint SET first_used_at = theirs.first_used_at
FROM archived_checkpoint AS theirs
JOIN taken_checkpoint AS taken ON taken.theirs_id = theirs.checkpoint_id
WHERE checkpoint.checkpoint_id = taken.checkpoint_id AND theirs.first_used_at < checkpoint.first_used_at;
