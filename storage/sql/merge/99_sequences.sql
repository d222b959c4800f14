-- From where on are keys free now? Every sequence goes on behind the greatest key.
SELECT setval('checkpoint_id_sequence', last) FROM (SELECT max(checkpoint_id) AS last FROM checkpoint), taking
WHERE last > taking.checkpoints;
SELECT setval('prompt_id_sequence', last) FROM (SELECT max(prompt_id) AS last FROM prompt), taking WHERE last > taking.prompts;
SELECT setval('word_id_sequence', last) FROM (SELECT max(word_id) AS last FROM word), taking WHERE last > taking.words;
SELECT setval('piece_id_sequence', last) FROM (SELECT max(piece_id) AS last FROM piece), taking WHERE last > taking.pieces;
SELECT setval('answer_id_sequence', last) FROM (SELECT max(answer_id) AS last FROM answer), taking WHERE last > taking.answers;
SELECT setval('candidate_id_sequence', last) FROM (SELECT max(candidate_id) AS last FROM candidate), taking
WHERE last > taking.candidates;
SELECT setval('expectation_id_sequence', last) FROM (SELECT max(expectation_id) AS last FROM expectation), taking
WHERE last > taking.expectations;
SELECT setval('tokenizer_id_sequence', last) FROM (SELECT max(tokenizer_id) AS last FROM tokenizer), taking
WHERE last > taking.tokenizers;
