-- Which tables of the archive have keys that no log gives out: negative ones, or so great that none would be left behind them?
SELECT given.name
FROM (
    SELECT 'checkpoint' AS name, min(checkpoint_id) AS least, max(checkpoint_id) AS most FROM archived_checkpoint
    UNION ALL
    SELECT 'prompt', min(prompt_id), max(prompt_id) FROM archived_prompt
    UNION ALL
    SELECT 'word', min(word_id), max(word_id) FROM archived_word
    UNION ALL
    SELECT 'piece', min(piece_id), max(piece_id) FROM archived_piece
    UNION ALL
    SELECT 'answer', min(answer_id), max(answer_id) FROM archived_answer
    UNION ALL
    SELECT 'candidate', min(candidate_id), max(candidate_id) FROM archived_candidate
    UNION ALL
    SELECT 'expectation', min(expectation_id), max(expectation_id) FROM archived_expectation
    UNION ALL
    SELECT 'tokenizer', min(tokenizer_id), max(tokenizer_id) FROM archived_tokenizer
) AS given
WHERE given.least < 0 OR given.most > $greatest
ORDER BY given.name
