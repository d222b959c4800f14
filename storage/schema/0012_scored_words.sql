-- The words that people named, candidates and those held to be right, each as every checkpoint scores it: to be asked and exported
-- like everything else that is kept.
CREATE VIEW candidates AS
SELECT candidate.answer_id, answer.prompt_id, prompt.text AS prompt, answer.mask_index, answer.checkpoint_id,
       checkpoint.name AS checkpoint, checkpoint.family, candidate.word_id, word.text AS word,
       expectation.word_id IS NOT NULL AS is_expected, candidate.pieces, candidate.in_vocabulary, candidate.logprob,
       exp(candidate.logprob) AS score, candidate.rank, candidate.rank_shared, candidate.word_space
FROM candidate
JOIN answer USING (answer_id)
JOIN prompt USING (prompt_id)
JOIN checkpoint USING (checkpoint_id)
JOIN word ON word.word_id = candidate.word_id
LEFT JOIN expectation
  ON expectation.prompt_id = answer.prompt_id AND expectation.mask_index = answer.mask_index
 AND expectation.word_id = candidate.word_id;

COMMENT ON VIEW candidates IS 'One row per word that a person named at an answer and, for its ranks, set of vocabularies: a candidate, or a word held to be right.';
COMMENT ON COLUMN candidates.answer_id IS 'Key of the answer.';
COMMENT ON COLUMN candidates.prompt_id IS 'Key of the prompt.';
COMMENT ON COLUMN candidates.prompt IS 'The text, its masks written [MASK].';
COMMENT ON COLUMN candidates.mask_index IS 'Which mask of the prompt, 0 for the first.';
COMMENT ON COLUMN candidates.checkpoint_id IS 'Key of the checkpoint.';
COMMENT ON COLUMN candidates.checkpoint IS 'Name of the checkpoint.';
COMMENT ON COLUMN candidates.family IS 'Architecture of the checkpoint.';
COMMENT ON COLUMN candidates.word_id IS 'Key of the word: join and group by it, not by the text.';
COMMENT ON COLUMN candidates.word IS 'The word that was named.';
COMMENT ON COLUMN candidates.is_expected IS 'Whether a person holds it to be right at this mask.';
COMMENT ON COLUMN candidates.pieces IS 'The vocabulary entries that it is made of; empty where the tokenizer cannot say it.';
COMMENT ON COLUMN candidates.in_vocabulary IS 'Whether the tokenizer can say it at all.';
COMMENT ON COLUMN candidates.logprob IS 'Natural logarithm of the probability; of several pieces left to right, one mask each. NULL where it cannot be said.';
COMMENT ON COLUMN candidates.score IS 'The probability, 0 to 1; NULL where it cannot be said.';
COMMENT ON COLUMN candidates.rank IS 'Its rank among all pieces, 1 is the most probable; NULL for a word of several.';
COMMENT ON COLUMN candidates.rank_shared IS 'Its rank among the words that all checkpoints asked together can say; NULL where it is none of them.';
COMMENT ON COLUMN candidates.word_space IS 'Which vocabularies were asked together: the same word beside other ones is another row.';
