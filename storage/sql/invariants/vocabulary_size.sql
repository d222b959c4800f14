-- Which vocabularies have another number of words than they say?
SELECT tokenizer.tokenizer_id, tokenizer.words, coalesce(kept.words, 0) AS words_kept
FROM tokenizer
LEFT JOIN (SELECT tokenizer_id, count(*) AS words FROM vocabulary GROUP BY tokenizer_id) AS kept USING (tokenizer_id)
WHERE tokenizer.words <> coalesce(kept.words, 0)
