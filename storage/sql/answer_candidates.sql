-- Which words were scored by name in these answers, in the order in which they were first named?
SELECT candidate.answer_id, word.text, candidate.pieces, candidate.in_vocabulary, candidate.logprob, candidate.rank,
       candidate.rank_shared, candidate.word_space
FROM candidate
JOIN word USING (word_id)
WHERE candidate.answer_id IN (SELECT unnest($answers::BIGINT[]))
ORDER BY candidate.candidate_id;
