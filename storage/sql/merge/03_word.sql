-- Under which key does this log know, or take in, each word of the archive?
CREATE TEMP TABLE taken_word AS
SELECT theirs.word_id AS theirs_id, ours.word_id IS NULL AS is_new,
       coalesce(ours.word_id, CASE WHEN taking.keeps_keys THEN theirs.word_id ELSE taking.words
           + row_number() OVER (PARTITION BY ours.word_id IS NULL ORDER BY theirs.word_id) END) AS word_id
FROM archived_word AS theirs
CROSS JOIN taking
LEFT JOIN word AS ours ON ours.text = theirs.text;

INSERT INTO word (word_id, text)
SELECT taken.word_id, theirs.text
FROM archived_word AS theirs
JOIN taken_word AS taken ON taken.theirs_id = theirs.word_id AND taken.is_new;
