-- How is what is staged to go taken out, so that nothing is left that hangs on it? Several statements, in this order: first
-- which words and pieces it uses, then itself, then those of them that nothing uses any more.
CREATE OR REPLACE TEMP TABLE used_piece AS SELECT DISTINCT piece_id FROM prediction SEMI JOIN staged_gone USING (answer_id);
CREATE OR REPLACE TEMP TABLE used_word AS
SELECT word_id FROM piece SEMI JOIN used_piece USING (piece_id)
UNION
SELECT word_id FROM candidate SEMI JOIN staged_gone USING (answer_id)
UNION
SELECT word_id FROM expectation SEMI JOIN staged_prompt USING (prompt_id);

DELETE FROM ask
WHERE run_id IN (SELECT run_id::UUID FROM staged_run WHERE whole) OR answer_id IN (SELECT answer_id FROM staged_gone);
DELETE FROM drift
WHERE run_id IN (SELECT run_id::UUID FROM staged_run WHERE whole)
   OR answer_then IN (SELECT answer_id FROM staged_gone) OR answer_now IN (SELECT answer_id FROM staged_gone);
DELETE FROM pending WHERE run_id IN (SELECT run_id::UUID FROM staged_run WHERE whole);
DELETE FROM refused WHERE rowid IN (SELECT line FROM staged_refused);
DELETE FROM tag
WHERE run_id IN (SELECT run_id::UUID FROM staged_run WHERE whole) OR prompt_id IN (SELECT prompt_id FROM staged_prompt);
DELETE FROM star
WHERE run_id IN (SELECT run_id::UUID FROM staged_run WHERE whole) OR prompt_id IN (SELECT prompt_id FROM staged_prompt);
DELETE FROM note
WHERE run_id IN (SELECT run_id::UUID FROM staged_run WHERE whole) OR prompt_id IN (SELECT prompt_id FROM staged_prompt);
DELETE FROM run WHERE run_id IN (SELECT run_id::UUID FROM staged_run WHERE whole);

DELETE FROM prediction WHERE answer_id IN (SELECT answer_id FROM staged_gone);
DELETE FROM candidate WHERE answer_id IN (SELECT answer_id FROM staged_gone);
DELETE FROM answer WHERE answer_id IN (SELECT answer_id FROM staged_gone);
DELETE FROM agreement USING staged_gone AS gone
WHERE agreement.prompt_id = gone.prompt_id AND agreement.mask_index = gone.mask_index
  AND gone.checkpoint_id IN (agreement.checkpoint_a, agreement.checkpoint_b);
DELETE FROM filling
WHERE (prompt_id, checkpoint_id) IN (SELECT (prompt_id, checkpoint_id) FROM staged_gone)
  AND (prompt_id, checkpoint_id) NOT IN (SELECT (prompt_id, checkpoint_id) FROM answer);

DELETE FROM agreement WHERE prompt_id IN (SELECT prompt_id FROM staged_prompt);
DELETE FROM filling WHERE prompt_id IN (SELECT prompt_id FROM staged_prompt);
DELETE FROM expectation WHERE prompt_id IN (SELECT prompt_id FROM staged_prompt);
DELETE FROM prompt WHERE prompt_id IN (SELECT prompt_id FROM staged_prompt);

DELETE FROM checkpoint
WHERE checkpoint_id NOT IN (SELECT checkpoint_id FROM answer)
  AND checkpoint_id NOT IN (SELECT checkpoint_id FROM filling)
  AND checkpoint_id NOT IN (SELECT checkpoint_a FROM agreement UNION SELECT checkpoint_b FROM agreement);
DELETE FROM piece
WHERE piece_id IN (SELECT piece_id FROM used_piece)
  AND piece_id NOT IN (SELECT DISTINCT piece_id FROM prediction SEMI JOIN used_piece USING (piece_id));
DELETE FROM word
WHERE word_id IN (SELECT word_id FROM used_word)
  AND word_id NOT IN (SELECT word_id FROM piece)
  AND word_id NOT IN (SELECT word_id FROM candidate)
  AND word_id NOT IN (SELECT word_id FROM expectation)
  AND word_id NOT IN (SELECT word_id FROM vocabulary);
