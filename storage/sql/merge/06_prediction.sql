-- Which ranked lines come with the answers that are new or better? Those of a better answer replace what is kept, as a whole.
DELETE FROM prediction WHERE answer_id IN (SELECT answer_id FROM taken_answer WHERE is_better);

INSERT INTO prediction (answer_id, rank, piece_id, word_id, logprob)
SELECT taken.answer_id, theirs.rank, piece.piece_id, said.word_id, theirs.logprob
FROM archived_prediction AS theirs
JOIN taken_answer AS taken ON taken.theirs_id = theirs.answer_id AND (taken.is_new OR taken.is_better)
JOIN taken_piece AS piece ON piece.theirs_id = theirs.piece_id
JOIN taken_word AS said ON said.theirs_id = theirs.word_id;
