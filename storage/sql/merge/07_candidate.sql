-- Which scored words of the archive are not yet known of their answer?
INSERT INTO candidate (candidate_id, answer_id, word_id, pieces, in_vocabulary, logprob, rank, rank_shared, word_space)
SELECT CASE WHEN taking.keeps_keys THEN fresh.candidate_id
            ELSE taking.candidates + row_number() OVER (ORDER BY fresh.candidate_id) END,
       fresh.answer_id, fresh.word_id, fresh.pieces, fresh.in_vocabulary, fresh.logprob, fresh.rank, fresh.rank_shared,
       fresh.word_space
FROM (
    SELECT theirs.candidate_id, taken.answer_id, said.word_id, theirs.pieces, theirs.in_vocabulary, theirs.logprob, theirs.rank,
           theirs.rank_shared, theirs.word_space
    FROM archived_candidate AS theirs
    JOIN taken_answer AS taken ON taken.theirs_id = theirs.answer_id
    JOIN taken_word AS said ON said.theirs_id = theirs.word_id
    ANTI JOIN candidate AS ours
      ON ours.answer_id = taken.answer_id AND ours.word_id = said.word_id AND ours.word_space = theirs.word_space
) AS fresh
CROSS JOIN taking;
