-- What do these answers say, best first, down to a depth? A NULL depth shows all that is kept.
SELECT prediction.answer_id, prediction.rank, piece.token_id, piece.piece, word.text, piece.starts_word, prediction.logprob
FROM prediction
JOIN piece ON piece.piece_id = prediction.piece_id
JOIN word ON word.word_id = prediction.word_id
WHERE prediction.answer_id IN (SELECT unnest($answers::BIGINT[]))
  AND ($depth IS NULL OR prediction.rank <= $depth)
ORDER BY prediction.answer_id, prediction.rank;
