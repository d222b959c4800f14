-- Which checkpoints have answered into this log, in the order of their first answer?
SELECT checkpoint.checkpoint_id, checkpoint.name, checkpoint.family, checkpoint.source, checkpoint.revision,
       checkpoint.weights_sha256, checkpoint.tokenizer_sha256, checkpoint.parameters, checkpoint.vocabulary_size,
       checkpoint.first_used_at
FROM checkpoint
ORDER BY checkpoint.checkpoint_id;
