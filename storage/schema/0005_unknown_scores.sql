-- Answers that were made elsewhere: some were published with their ranks and no scores, and none says how long it took.
ALTER TABLE prediction ALTER COLUMN logprob DROP NOT NULL;
ALTER TABLE ask ALTER COLUMN latency_ms DROP NOT NULL;

COMMENT ON COLUMN answers.top_score IS 'Probability of the first prediction, 0 to 1; NULL where no score was published.';
COMMENT ON COLUMN latest_answers.top_score IS 'Probability of the first prediction, 0 to 1; NULL where no score was published.';
COMMENT ON COLUMN predictions.token_id IS 'Number of the piece in its vocabulary; -1 where it is not known (imports).';
COMMENT ON COLUMN latest_predictions.token_id IS 'Number of the piece in its vocabulary; -1 where it is not known (imports).';
COMMENT ON COLUMN predictions.logprob IS 'Natural logarithm of the probability; NULL where no score was published.';
COMMENT ON COLUMN latest_predictions.logprob IS 'Natural logarithm of the probability; NULL where no score was published.';
COMMENT ON COLUMN predictions.score IS 'The probability, 0 to 1; NULL where no score was published.';
COMMENT ON COLUMN latest_predictions.score IS 'The probability, 0 to 1; NULL where no score was published.';
COMMENT ON COLUMN asks.latency_ms IS 'Milliseconds until the answer was there; of the look-up where reused; NULL for imports.';
COMMENT ON COLUMN checkpoints.revision IS 'Commit on the hub, or a sha256 of configuration and weights where there is none; of imports, a sha256 of where they come from.';
COMMENT ON COLUMN checkpoints.weights_sha256 IS 'sha256 of the weights; unknown for imports.';
COMMENT ON COLUMN checkpoints.tokenizer_sha256 IS 'sha256 of the tokenizer; unknown for imports.';
COMMENT ON COLUMN checkpoints.parameters IS 'Number of parameters; 0 where it is not known (imports).';
COMMENT ON COLUMN checkpoints.vocabulary_size IS 'Pieces in the vocabulary; 0 where it is not known (imports).';

-- What the log remembers about itself, such as that a person removed the sample.
CREATE TABLE setting (
    name VARCHAR PRIMARY KEY,
    value VARCHAR NOT NULL,
    changed_at TIMESTAMP NOT NULL
);
