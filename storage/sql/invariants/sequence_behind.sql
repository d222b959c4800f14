-- Which sequences would give out a key that is taken?
SELECT taken.sequence_name, taken.highest, coalesce(sequence.last_value, sequence.start_value - 1) AS given_out
FROM (
    SELECT 'checkpoint_id_sequence' AS sequence_name, max(checkpoint_id) AS highest FROM checkpoint
    UNION ALL
    SELECT 'prompt_id_sequence', max(prompt_id) FROM prompt
    UNION ALL
    SELECT 'word_id_sequence', max(word_id) FROM word
    UNION ALL
    SELECT 'piece_id_sequence', max(piece_id) FROM piece
    UNION ALL
    SELECT 'answer_id_sequence', max(answer_id) FROM answer
    UNION ALL
    SELECT 'expectation_id_sequence', max(expectation_id) FROM expectation
    UNION ALL
    SELECT 'candidate_id_sequence', max(candidate_id) FROM candidate
    UNION ALL
    SELECT 'tokenizer_id_sequence', max(tokenizer_id) FROM tokenizer
) AS taken
JOIN duckdb_sequences() AS sequence
  ON sequence.sequence_name = taken.sequence_name AND sequence.database_name = current_database()
WHERE taken.highest > coalesce(sequence.last_value, sequence.start_value - 1)
