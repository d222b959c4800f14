-- Which answers of the archive are new here, which are better than what is kept, and which fill a gap?
-- The same rule as storage/answers.py: scores before none, then depth; figures go together, and fill what was unknown.
CREATE TEMP TABLE taken_answer AS
SELECT theirs.answer_id AS theirs_id, asked.prompt_id, theirs.mask_index, speaker.checkpoint_id, said.word_id AS top_word_id,
       ours.answer_id IS NULL AS is_new,
       ours.answer_id IS NOT NULL
           AND (theirs.top_logprob IS NOT NULL)::INTEGER * 1e9 + theirs.depth
             > (ours.top_logprob IS NOT NULL)::INTEGER * 1e9 + ours.depth AS is_better,
       ours.answer_id IS NOT NULL AND ours.entropy IS NULL AND theirs.entropy IS NOT NULL AS fills,
       coalesce(ours.answer_id, CASE WHEN taking.keeps_keys THEN theirs.answer_id ELSE taking.answers
           + row_number() OVER (PARTITION BY ours.answer_id IS NULL ORDER BY theirs.answer_id) END) AS answer_id
FROM archived_answer AS theirs
CROSS JOIN taking
JOIN taken_prompt AS asked ON asked.theirs_id = theirs.prompt_id
JOIN taken_checkpoint AS speaker ON speaker.theirs_id = theirs.checkpoint_id
LEFT JOIN taken_word AS said ON said.theirs_id = theirs.top_word_id
LEFT JOIN answer AS ours
  ON ours.prompt_id = asked.prompt_id AND ours.mask_index = theirs.mask_index AND ours.checkpoint_id = speaker.checkpoint_id;

INSERT INTO answer (answer_id, prompt_id, mask_index, checkpoint_id, created_at, depth, top_word_id, top_logprob, entropy,
                    sum_p_squared, top1_margin, word_mass)
SELECT taken.answer_id, taken.prompt_id, taken.mask_index, taken.checkpoint_id, theirs.created_at, theirs.depth,
       taken.top_word_id, theirs.top_logprob, theirs.entropy, theirs.sum_p_squared, theirs.top1_margin, theirs.word_mass
FROM archived_answer AS theirs
JOIN taken_answer AS taken ON taken.theirs_id = theirs.answer_id AND taken.is_new;

UPDATE answer SET top_word_id = taken.top_word_id, top_logprob = theirs.top_logprob, depth = theirs.depth
FROM archived_answer AS theirs
JOIN taken_answer AS taken ON taken.theirs_id = theirs.answer_id AND taken.is_better
WHERE answer.answer_id = taken.answer_id;

UPDATE answer SET entropy = coalesce(theirs.entropy, answer.entropy),
                  sum_p_squared = coalesce(theirs.sum_p_squared, answer.sum_p_squared),
                  top1_margin = coalesce(theirs.top1_margin, answer.top1_margin),
                  word_mass = coalesce(theirs.word_mass, answer.word_mass)
FROM archived_answer AS theirs
JOIN taken_answer AS taken ON taken.theirs_id = theirs.answer_id AND (taken.is_better OR taken.fills)
WHERE answer.answer_id = taken.answer_id;

UPDATE answer SET created_at = theirs.created_at
FROM archived_answer AS theirs
JOIN taken_answer AS taken ON taken.theirs_id = theirs.answer_id
WHERE answer.answer_id = taken.answer_id AND theirs.created_at < answer.created_at;
