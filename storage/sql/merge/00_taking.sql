-- May the archive keep its own keys, and from where on are keys free? A log that has given out no key yet takes them as they
-- are, so that what is read back is the same row for row.
CREATE TEMP TABLE taking AS
WITH used AS (
    SELECT sequence_name, coalesce(last_value, 0) AS last FROM duckdb_sequences() WHERE database_name = current_database()
),
given AS (
    SELECT greatest((SELECT last FROM used WHERE sequence_name = 'checkpoint_id_sequence'),
                    (SELECT coalesce(max(checkpoint_id), 0) FROM checkpoint)) AS checkpoints,
           greatest((SELECT last FROM used WHERE sequence_name = 'prompt_id_sequence'),
                    (SELECT coalesce(max(prompt_id), 0) FROM prompt)) AS prompts,
           greatest((SELECT last FROM used WHERE sequence_name = 'word_id_sequence'),
                    (SELECT coalesce(max(word_id), 0) FROM word)) AS words,
           greatest((SELECT last FROM used WHERE sequence_name = 'piece_id_sequence'),
                    (SELECT coalesce(max(piece_id), 0) FROM piece)) AS pieces,
           greatest((SELECT last FROM used WHERE sequence_name = 'answer_id_sequence'),
                    (SELECT coalesce(max(answer_id), 0) FROM answer)) AS answers,
           greatest((SELECT last FROM used WHERE sequence_name = 'candidate_id_sequence'),
                    (SELECT coalesce(max(candidate_id), 0) FROM candidate)) AS candidates,
           greatest((SELECT last FROM used WHERE sequence_name = 'expectation_id_sequence'),
                    (SELECT coalesce(max(expectation_id), 0) FROM expectation)) AS expectations,
           greatest((SELECT last FROM used WHERE sequence_name = 'tokenizer_id_sequence'),
                    (SELECT coalesce(max(tokenizer_id), 0) FROM tokenizer)) AS tokenizers
)
SELECT given.*,
       NOT EXISTS (FROM checkpoint) AND NOT EXISTS (FROM prompt) AND NOT EXISTS (FROM word) AND NOT EXISTS (FROM piece)
       AND NOT EXISTS (FROM answer) AND NOT EXISTS (FROM candidate) AND NOT EXISTS (FROM expectation)
       AND NOT EXISTS (FROM tokenizer) AS keeps_keys
FROM given;
