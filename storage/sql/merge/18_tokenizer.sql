-- Which vocabularies are not yet here? The words of a tokenizer are written once, with its row.
CREATE TEMP TABLE taken_tokenizer AS
SELECT theirs.tokenizer_id AS theirs_id, ours.tokenizer_id IS NULL AS is_new,
       coalesce(ours.tokenizer_id, CASE WHEN taking.keeps_keys THEN theirs.tokenizer_id ELSE taking.tokenizers
           + row_number() OVER (PARTITION BY ours.tokenizer_id IS NULL ORDER BY theirs.tokenizer_id) END) AS tokenizer_id
FROM archived_tokenizer AS theirs
CROSS JOIN taking
LEFT JOIN tokenizer AS ours ON ours.tokenizer_sha256 = theirs.tokenizer_sha256;

INSERT INTO tokenizer (tokenizer_id, tokenizer_sha256, words, created_at)
SELECT taken.tokenizer_id, theirs.tokenizer_sha256, theirs.words, theirs.created_at
FROM archived_tokenizer AS theirs
JOIN taken_tokenizer AS taken ON taken.theirs_id = theirs.tokenizer_id AND taken.is_new;

INSERT INTO vocabulary (tokenizer_id, word_id, stands_alone)
SELECT taken.tokenizer_id, said.word_id, theirs.stands_alone
FROM archived_vocabulary AS theirs
JOIN taken_tokenizer AS taken ON taken.theirs_id = theirs.tokenizer_id AND taken.is_new
JOIN taken_word AS said ON said.theirs_id = theirs.word_id;
