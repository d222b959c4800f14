-- Which predictions are of a piece that is not there?
SELECT answer_id, rank, piece_id FROM prediction ANTI JOIN piece USING (piece_id)
