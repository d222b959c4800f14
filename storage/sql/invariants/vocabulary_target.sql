-- Which lines of a vocabulary name a tokenizer or a word that is not there?
SELECT vocabulary.tokenizer_id, vocabulary.word_id
FROM vocabulary
LEFT JOIN tokenizer USING (tokenizer_id)
LEFT JOIN word USING (word_id)
WHERE tokenizer.tokenizer_id IS NULL OR word.word_id IS NULL
