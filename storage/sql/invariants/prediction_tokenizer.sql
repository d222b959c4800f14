-- Which predictions are of a piece of another tokenizer than their checkpoint's?
SELECT prediction.answer_id, prediction.rank, prediction.piece_id
FROM prediction
JOIN answer USING (answer_id)
JOIN checkpoint USING (checkpoint_id)
JOIN piece USING (piece_id)
WHERE piece.tokenizer_sha256 <> checkpoint.tokenizer_sha256
