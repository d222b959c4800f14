-- The views for people. Their columns are stable: a later migration may add one, never take one away.

CREATE VIEW checkpoints AS
SELECT checkpoint_id, name AS checkpoint, family, source, revision, weights_sha256, tokenizer_sha256, parameters,
       vocabulary_size, first_used_at
FROM checkpoint;

COMMENT ON VIEW checkpoints IS 'One row per exact set of weights that has answered.';
COMMENT ON COLUMN checkpoints.checkpoint_id IS 'Key of the checkpoint in this log.';
COMMENT ON COLUMN checkpoints.checkpoint IS 'Name in the catalogue, such as bert-base-uncased.';
COMMENT ON COLUMN checkpoints.family IS 'Architecture: bert, distilbert, albert.';
COMMENT ON COLUMN checkpoints.source IS 'Where the weights were read from: folder, hub, bundled, or import for answers made elsewhere.';
COMMENT ON COLUMN checkpoints.revision IS 'Commit on the hub, or a sha256 of configuration and weights where there is none.';
COMMENT ON COLUMN checkpoints.weights_sha256 IS 'sha256 of the weights.';
COMMENT ON COLUMN checkpoints.tokenizer_sha256 IS 'sha256 of the tokenizer.';
COMMENT ON COLUMN checkpoints.parameters IS 'Number of parameters.';
COMMENT ON COLUMN checkpoints.vocabulary_size IS 'Pieces in the vocabulary.';
COMMENT ON COLUMN checkpoints.first_used_at IS 'When it first answered into this log, UTC.';

CREATE VIEW prompts AS
SELECT prompt_id, text AS prompt, mask_count,
       (SELECT list(word.text ORDER BY expectation.mask_index, expectation.expectation_id)
        FROM expectation JOIN word USING (word_id)
        WHERE expectation.prompt_id = prompt.prompt_id) AS expected,
       text_sha256, created_at
FROM prompt;

COMMENT ON VIEW prompts IS 'One row per distinct text.';
COMMENT ON COLUMN prompts.prompt_id IS 'Key of the prompt in this log.';
COMMENT ON COLUMN prompts.prompt IS 'The text, its masks written [MASK].';
COMMENT ON COLUMN prompts.mask_count IS 'How many masks it has.';
COMMENT ON COLUMN prompts.expected IS 'Words that a person holds to be right, by mask; NULL where none was given.';
COMMENT ON COLUMN prompts.text_sha256 IS 'sha256 of the text in UTF-8.';
COMMENT ON COLUMN prompts.created_at IS 'When it was first answered, UTC.';

CREATE VIEW answers AS
SELECT answer.answer_id, answer.prompt_id, prompt.text AS prompt, answer.mask_index, answer.checkpoint_id,
       checkpoint.name AS checkpoint, checkpoint.family, answer.created_at, answer.depth,
       word.text AS top_word, exp(answer.top_logprob) AS top_score, answer.entropy,
       perplexity(answer.entropy) AS effective_choices, answer.sum_p_squared, answer.top1_margin, answer.word_mass
FROM answer
JOIN prompt USING (prompt_id)
JOIN checkpoint USING (checkpoint_id)
LEFT JOIN word ON word.word_id = answer.top_word_id;

COMMENT ON VIEW answers IS 'One row per checkpoint, prompt and mask: what these weights say there. Asking again adds no row.';
COMMENT ON COLUMN answers.answer_id IS 'Key of the answer in this log.';
COMMENT ON COLUMN answers.prompt_id IS 'Key of the prompt.';
COMMENT ON COLUMN answers.prompt IS 'The text, its masks written [MASK].';
COMMENT ON COLUMN answers.mask_index IS 'Which mask of the prompt, 0 for the first.';
COMMENT ON COLUMN answers.checkpoint_id IS 'Key of the checkpoint.';
COMMENT ON COLUMN answers.checkpoint IS 'Name of the checkpoint.';
COMMENT ON COLUMN answers.family IS 'Architecture of the checkpoint.';
COMMENT ON COLUMN answers.created_at IS 'When the answer was first given, UTC.';
COMMENT ON COLUMN answers.depth IS 'How many predictions are kept.';
COMMENT ON COLUMN answers.top_word IS 'The most probable word.';
COMMENT ON COLUMN answers.top_score IS 'Probability of the first prediction, 0 to 1.';
COMMENT ON COLUMN answers.entropy IS 'Entropy of the full distribution over pieces, in nats; NULL for imported answers, as the next four.';
COMMENT ON COLUMN answers.effective_choices IS 'e^entropy: among about how many words it chooses.';
COMMENT ON COLUMN answers.sum_p_squared IS 'Sum of squared probabilities over all pieces.';
COMMENT ON COLUMN answers.top1_margin IS 'ln p1 - ln p2: how far the first piece is ahead of the second.';
COMMENT ON COLUMN answers.word_mass IS 'Probability on pieces that start a word.';

CREATE VIEW predictions AS
SELECT prediction.answer_id, answer.prompt_id, prompt.text AS prompt, answer.mask_index, answer.checkpoint_id,
       checkpoint.name AS checkpoint, checkpoint.family, prediction.rank, prediction.word_id, word.text AS word, piece.piece,
       piece.token_id, piece.starts_word, prediction.logprob, exp(prediction.logprob) AS score
FROM prediction
JOIN answer USING (answer_id)
JOIN prompt USING (prompt_id)
JOIN checkpoint USING (checkpoint_id)
JOIN word ON word.word_id = prediction.word_id
JOIN piece ON piece.piece_id = prediction.piece_id;

COMMENT ON VIEW predictions IS 'One row per ranked line of an answer.';
COMMENT ON COLUMN predictions.answer_id IS 'Key of the answer.';
COMMENT ON COLUMN predictions.prompt_id IS 'Key of the prompt.';
COMMENT ON COLUMN predictions.prompt IS 'The text, its masks written [MASK].';
COMMENT ON COLUMN predictions.mask_index IS 'Which mask of the prompt, 0 for the first.';
COMMENT ON COLUMN predictions.checkpoint_id IS 'Key of the checkpoint.';
COMMENT ON COLUMN predictions.checkpoint IS 'Name of the checkpoint.';
COMMENT ON COLUMN predictions.family IS 'Architecture of the checkpoint.';
COMMENT ON COLUMN predictions.rank IS '1 is the most probable piece.';
COMMENT ON COLUMN predictions.word_id IS 'Key of the word: join and group by it, not by the text.';
COMMENT ON COLUMN predictions.word IS 'The word the piece stands for; a continuation is written ##ing.';
COMMENT ON COLUMN predictions.piece IS 'The vocabulary entry as the tokenizer spells it.';
COMMENT ON COLUMN predictions.token_id IS 'Number of the piece in its vocabulary.';
COMMENT ON COLUMN predictions.starts_word IS 'Whether the piece begins a word.';
COMMENT ON COLUMN predictions.logprob IS 'Natural logarithm of the probability.';
COMMENT ON COLUMN predictions.score IS 'The probability, 0 to 1.';

CREATE VIEW runs AS
SELECT run.run_id, run.kind, run.label, run.author, run.started_at, run.finished_at, run.status,
       coalesce(asked.prompt_count, 0) AS prompt_count, coalesce(asked.answer_count, 0) AS answer_count,
       coalesce(turned_away.refused_count, 0) AS refused_count, run.options, run.environment
FROM run
LEFT JOIN (
    SELECT run_id, count(DISTINCT prompt_id) AS prompt_count, count(*) AS answer_count
    FROM ask JOIN answer USING (answer_id) GROUP BY run_id
) AS asked USING (run_id)
LEFT JOIN (SELECT run_id, count(*) AS refused_count FROM refused GROUP BY run_id) AS turned_away USING (run_id);

COMMENT ON VIEW runs IS 'One row per act of a person.';
COMMENT ON COLUMN runs.run_id IS 'Key of the run; sorts by time.';
COMMENT ON COLUMN runs.kind IS 'ask, batch, import, replay or sample.';
COMMENT ON COLUMN runs.label IS 'Name that a person gave the run.';
COMMENT ON COLUMN runs.author IS 'Who asked, where known.';
COMMENT ON COLUMN runs.started_at IS 'When it began, UTC.';
COMMENT ON COLUMN runs.finished_at IS 'When it ended, UTC; NULL while it runs.';
COMMENT ON COLUMN runs.status IS 'running, complete, cancelled or failed.';
COMMENT ON COLUMN runs.prompt_count IS 'Distinct prompts that were answered.';
COMMENT ON COLUMN runs.answer_count IS 'Answers that were asked for, reused ones included.';
COMMENT ON COLUMN runs.refused_count IS 'Prompts that could not be answered.';
COMMENT ON COLUMN runs.options IS 'What was asked for, as JSON: top_k, candidates.';
COMMENT ON COLUMN runs.environment IS 'What answered, as JSON: dtype, device, library versions.';

CREATE VIEW asks AS
SELECT ask.run_id, run.kind, run.label, run.author, ask.asked_at, ask.row_number, ask.answer_id, answer.prompt_id,
       prompt.text AS prompt, answer.mask_index, answer.checkpoint_id, checkpoint.name AS checkpoint, checkpoint.family,
       word.text AS top_word, ask.latency_ms, ask.reused
FROM ask
JOIN run USING (run_id)
JOIN answer USING (answer_id)
JOIN prompt USING (prompt_id)
JOIN checkpoint USING (checkpoint_id)
LEFT JOIN word ON word.word_id = answer.top_word_id;

COMMENT ON VIEW asks IS 'One row per answer that was asked for in a run: the events of the log.';
COMMENT ON COLUMN asks.run_id IS 'Key of the run.';
COMMENT ON COLUMN asks.kind IS 'Kind of the run.';
COMMENT ON COLUMN asks.label IS 'Name that a person gave the run.';
COMMENT ON COLUMN asks.author IS 'Who asked, where known.';
COMMENT ON COLUMN asks.asked_at IS 'When it was asked, UTC.';
COMMENT ON COLUMN asks.row_number IS 'Which row of a batch asked; 0 for a single ask.';
COMMENT ON COLUMN asks.answer_id IS 'Key of the answer that was given.';
COMMENT ON COLUMN asks.prompt_id IS 'Key of the prompt.';
COMMENT ON COLUMN asks.prompt IS 'The text, its masks written [MASK].';
COMMENT ON COLUMN asks.mask_index IS 'Which mask of the prompt, 0 for the first.';
COMMENT ON COLUMN asks.checkpoint_id IS 'Key of the checkpoint.';
COMMENT ON COLUMN asks.checkpoint IS 'Name of the checkpoint.';
COMMENT ON COLUMN asks.family IS 'Architecture of the checkpoint.';
COMMENT ON COLUMN asks.top_word IS 'The most probable word of the answer.';
COMMENT ON COLUMN asks.latency_ms IS 'Milliseconds until the answer was there; of the look-up where reused.';
COMMENT ON COLUMN asks.reused IS 'Whether the answer came from the log and no model ran.';

CREATE VIEW agreements AS
SELECT agreement.prompt_id, prompt.text AS prompt, agreement.mask_index,
       agreement.checkpoint_a AS checkpoint_a_id, first_checkpoint.name AS checkpoint_a,
       agreement.checkpoint_b AS checkpoint_b_id, second_checkpoint.name AS checkpoint_b,
       agreement.depth, agreement.overlap, agreement.jaccard, agreement.rbo, agreement.jsd_shared, agreement.coverage_a,
       agreement.coverage_b, agreement.top1_same
FROM agreement
JOIN prompt USING (prompt_id)
JOIN checkpoint AS first_checkpoint ON first_checkpoint.checkpoint_id = agreement.checkpoint_a
JOIN checkpoint AS second_checkpoint ON second_checkpoint.checkpoint_id = agreement.checkpoint_b;

COMMENT ON VIEW agreements IS 'One row per pair of checkpoints at one mask of one prompt: how alike their answers are.';
COMMENT ON COLUMN agreements.prompt_id IS 'Key of the prompt.';
COMMENT ON COLUMN agreements.prompt IS 'The text, its masks written [MASK].';
COMMENT ON COLUMN agreements.mask_index IS 'Which mask of the prompt, 0 for the first.';
COMMENT ON COLUMN agreements.checkpoint_a_id IS 'Key of the one checkpoint; always the smaller of the two.';
COMMENT ON COLUMN agreements.checkpoint_a IS 'Name of the one checkpoint.';
COMMENT ON COLUMN agreements.checkpoint_b_id IS 'Key of the other checkpoint.';
COMMENT ON COLUMN agreements.checkpoint_b IS 'Name of the other checkpoint.';
COMMENT ON COLUMN agreements.depth IS 'How many predictions of each list were compared.';
COMMENT ON COLUMN agreements.overlap IS 'Words in both lists, as a share of the depth, 0 to 1.';
COMMENT ON COLUMN agreements.jaccard IS 'Words in both lists, as a share of the words in either, 0 to 1.';
COMMENT ON COLUMN agreements.rbo IS 'Extrapolated rank-biased overlap, p = 0.9, 0 to 1.';
COMMENT ON COLUMN agreements.jsd_shared IS 'Jensen-Shannon divergence in bits on the words both can say and one bucket for the rest; a lower bound.';
COMMENT ON COLUMN agreements.coverage_a IS 'Probability that checkpoint_a puts on the words both can say.';
COMMENT ON COLUMN agreements.coverage_b IS 'Probability that checkpoint_b puts on the words both can say.';
COMMENT ON COLUMN agreements.top1_same IS 'Whether both say the same word first.';

-- Where a checkpoint of one name has had several weights, the latest answer is the one that was asked for last, not the one that
-- was computed last: after a return to older weights their old answers are reused and count again.
CREATE VIEW latest_answers AS
SELECT answers.*, asked.last_asked_at
FROM answers
LEFT JOIN (SELECT answer_id, max(asked_at) AS last_asked_at FROM ask GROUP BY answer_id) AS asked USING (answer_id)
QUALIFY row_number() OVER (
    PARTITION BY prompt_id, mask_index, checkpoint ORDER BY last_asked_at DESC NULLS LAST, answer_id DESC
) = 1;

COMMENT ON VIEW latest_answers IS 'One row per prompt, mask and checkpoint name: of several weights under one name, the answer asked for last.';
COMMENT ON COLUMN latest_answers.answer_id IS 'Key of the answer in this log.';
COMMENT ON COLUMN latest_answers.prompt_id IS 'Key of the prompt.';
COMMENT ON COLUMN latest_answers.prompt IS 'The text, its masks written [MASK].';
COMMENT ON COLUMN latest_answers.mask_index IS 'Which mask of the prompt, 0 for the first.';
COMMENT ON COLUMN latest_answers.checkpoint_id IS 'Key of the checkpoint.';
COMMENT ON COLUMN latest_answers.checkpoint IS 'Name of the checkpoint.';
COMMENT ON COLUMN latest_answers.family IS 'Architecture of the checkpoint.';
COMMENT ON COLUMN latest_answers.created_at IS 'When the answer was first given, UTC.';
COMMENT ON COLUMN latest_answers.depth IS 'How many predictions are kept.';
COMMENT ON COLUMN latest_answers.top_word IS 'The most probable word.';
COMMENT ON COLUMN latest_answers.top_score IS 'Probability of the first prediction, 0 to 1.';
COMMENT ON COLUMN latest_answers.entropy IS 'Entropy of the full distribution over pieces, in nats; NULL for imported answers, as the next four.';
COMMENT ON COLUMN latest_answers.effective_choices IS 'e^entropy: among about how many words it chooses.';
COMMENT ON COLUMN latest_answers.sum_p_squared IS 'Sum of squared probabilities over all pieces.';
COMMENT ON COLUMN latest_answers.top1_margin IS 'ln p1 - ln p2: how far the first piece is ahead of the second.';
COMMENT ON COLUMN latest_answers.word_mass IS 'Probability on pieces that start a word.';
COMMENT ON COLUMN latest_answers.last_asked_at IS 'When it was last asked for, UTC.';

CREATE VIEW latest_predictions AS
SELECT predictions.* FROM predictions SEMI JOIN latest_answers USING (answer_id);

COMMENT ON VIEW latest_predictions IS 'The predictions of latest_answers.';
COMMENT ON COLUMN latest_predictions.answer_id IS 'Key of the answer.';
COMMENT ON COLUMN latest_predictions.prompt_id IS 'Key of the prompt.';
COMMENT ON COLUMN latest_predictions.prompt IS 'The text, its masks written [MASK].';
COMMENT ON COLUMN latest_predictions.mask_index IS 'Which mask of the prompt, 0 for the first.';
COMMENT ON COLUMN latest_predictions.checkpoint_id IS 'Key of the checkpoint.';
COMMENT ON COLUMN latest_predictions.checkpoint IS 'Name of the checkpoint.';
COMMENT ON COLUMN latest_predictions.family IS 'Architecture of the checkpoint.';
COMMENT ON COLUMN latest_predictions.rank IS '1 is the most probable piece.';
COMMENT ON COLUMN latest_predictions.word_id IS 'Key of the word: join and group by it, not by the text.';
COMMENT ON COLUMN latest_predictions.word IS 'The word the piece stands for; a continuation is written ##ing.';
COMMENT ON COLUMN latest_predictions.piece IS 'The vocabulary entry as the tokenizer spells it.';
COMMENT ON COLUMN latest_predictions.token_id IS 'Number of the piece in its vocabulary.';
COMMENT ON COLUMN latest_predictions.starts_word IS 'Whether the piece begins a word.';
COMMENT ON COLUMN latest_predictions.logprob IS 'Natural logarithm of the probability.';
COMMENT ON COLUMN latest_predictions.score IS 'The probability, 0 to 1.';

CREATE VIEW latest_agreements AS
SELECT agreements.*
FROM agreements
JOIN latest_answers AS first_answer
  ON first_answer.prompt_id = agreements.prompt_id AND first_answer.mask_index = agreements.mask_index
 AND first_answer.checkpoint_id = agreements.checkpoint_a_id
JOIN latest_answers AS second_answer
  ON second_answer.prompt_id = agreements.prompt_id AND second_answer.mask_index = agreements.mask_index
 AND second_answer.checkpoint_id = agreements.checkpoint_b_id;

COMMENT ON VIEW latest_agreements IS 'The agreements between answers that are both in latest_answers.';
COMMENT ON COLUMN latest_agreements.prompt_id IS 'Key of the prompt.';
COMMENT ON COLUMN latest_agreements.prompt IS 'The text, its masks written [MASK].';
COMMENT ON COLUMN latest_agreements.mask_index IS 'Which mask of the prompt, 0 for the first.';
COMMENT ON COLUMN latest_agreements.checkpoint_a_id IS 'Key of the one checkpoint; always the smaller of the two.';
COMMENT ON COLUMN latest_agreements.checkpoint_a IS 'Name of the one checkpoint.';
COMMENT ON COLUMN latest_agreements.checkpoint_b_id IS 'Key of the other checkpoint.';
COMMENT ON COLUMN latest_agreements.checkpoint_b IS 'Name of the other checkpoint.';
COMMENT ON COLUMN latest_agreements.depth IS 'How many predictions of each list were compared.';
COMMENT ON COLUMN latest_agreements.overlap IS 'Words in both lists, as a share of the depth, 0 to 1.';
COMMENT ON COLUMN latest_agreements.jaccard IS 'Words in both lists, as a share of the words in either, 0 to 1.';
COMMENT ON COLUMN latest_agreements.rbo IS 'Extrapolated rank-biased overlap, p = 0.9, 0 to 1.';
COMMENT ON COLUMN latest_agreements.jsd_shared IS 'Jensen-Shannon divergence in bits on the words both can say and one bucket for the rest; a lower bound.';
COMMENT ON COLUMN latest_agreements.coverage_a IS 'Probability that checkpoint_a puts on the words both can say.';
COMMENT ON COLUMN latest_agreements.coverage_b IS 'Probability that checkpoint_b puts on the words both can say.';
COMMENT ON COLUMN latest_agreements.top1_same IS 'Whether both say the same word first.';
