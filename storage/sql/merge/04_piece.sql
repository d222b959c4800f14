-- Under which key does this log know, or take in, each piece of the archive?
CREATE TEMP TABLE taken_piece AS
SELECT theirs.piece_id AS theirs_id, theirs.tokenizer_sha256, theirs.token_id, theirs.piece, said.word_id, theirs.starts_word,
       ours.piece_id IS NULL AS is_new,
       coalesce(ours.piece_id, CASE WHEN taking.keeps_keys THEN theirs.piece_id ELSE taking.pieces
           + row_number() OVER (PARTITION BY ours.piece_id IS NULL ORDER BY theirs.piece_id) END) AS piece_id
FROM archived_piece AS theirs
CROSS JOIN taking
JOIN taken_word AS said ON said.theirs_id = theirs.word_id
LEFT JOIN piece AS ours
  ON ours.tokenizer_sha256 = theirs.tokenizer_sha256 AND ours.token_id = theirs.token_id AND ours.piece = theirs.piece
 AND ours.word_id = said.word_id AND ours.starts_word = theirs.starts_word;

INSERT INTO piece (piece_id, tokenizer_sha256, token_id, piece, word_id, starts_word)
SELECT piece_id, tokenizer_sha256, token_id, piece, word_id, starts_word FROM taken_piece WHERE is_new;
