-- Which pieces stand for a word that is not there?
SELECT piece_id, word_id FROM piece ANTI JOIN word USING (word_id)
