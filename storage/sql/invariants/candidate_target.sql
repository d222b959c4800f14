-- Which candidates name an answer or a word that is not there?
SELECT candidate.candidate_id, candidate.answer_id, candidate.word_id
FROM candidate
LEFT JOIN answer USING (answer_id)
LEFT JOIN word USING (word_id)
WHERE answer.answer_id IS NULL OR word.word_id IS NULL
