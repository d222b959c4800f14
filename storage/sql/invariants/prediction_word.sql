-- Which predictions name another word than their piece stands for?
SELECT prediction.answer_id, prediction.rank, prediction.word_id, piece.word_id AS word_of_piece
FROM prediction JOIN piece USING (piece_id)
WHERE prediction.word_id <> piece.word_id
