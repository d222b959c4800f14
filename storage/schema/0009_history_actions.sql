-- What people do with the history: what they add to it as views, what a replay found, and one spelling for every search.

-- What a replay found: a fresh answer beside the one that the repeated run had. The fresh list itself is not kept where the
-- weights are the same, since an answer is a fact and is stored once; how far it was from the stored one is kept here.
CREATE TABLE drift (
    run_id UUID NOT NULL,
    answer_then BIGINT NOT NULL,
    answer_now BIGINT NOT NULL,
    depth INTEGER NOT NULL,
    n_compared INTEGER NOT NULL,
    max_abs_dlogp DOUBLE,
    changed_ranks INTEGER NOT NULL,
    PRIMARY KEY (run_id, answer_then)
);

CREATE VIEW drifts AS
SELECT drift.run_id, TRY_CAST(run.options ->> 'repeats' AS UUID) AS repeats, before.prompt_id, prompt.text AS prompt,
       before.mask_index, before.checkpoint_id AS checkpoint_then_id, now_by.checkpoint_id AS checkpoint_now_id,
       now_by.name AS checkpoint,
       before_by.checkpoint_id = now_by.checkpoint_id
           OR (before_by.weights_sha256 <> 'unknown' AND before_by.weights_sha256 = now_by.weights_sha256
               AND before_by.tokenizer_sha256 = now_by.tokenizer_sha256) AS same_weights,
       drift.depth, drift.n_compared, drift.max_abs_dlogp, drift.changed_ranks
FROM drift
JOIN run USING (run_id)
JOIN answer AS before ON before.answer_id = drift.answer_then
JOIN answer AS fresh ON fresh.answer_id = drift.answer_now
JOIN prompt ON prompt.prompt_id = before.prompt_id
JOIN checkpoint AS before_by ON before_by.checkpoint_id = before.checkpoint_id
JOIN checkpoint AS now_by ON now_by.checkpoint_id = fresh.checkpoint_id;

COMMENT ON VIEW drifts IS 'One row per answer of a run that a replay computed afresh: how far the fresh one is from the one before.';
COMMENT ON COLUMN drifts.run_id IS 'Key of the replay.';
COMMENT ON COLUMN drifts.repeats IS 'Key of the run that was repeated.';
COMMENT ON COLUMN drifts.prompt_id IS 'Key of the prompt.';
COMMENT ON COLUMN drifts.prompt IS 'The text, its masks written [MASK].';
COMMENT ON COLUMN drifts.mask_index IS 'Which mask of the prompt, 0 for the first.';
COMMENT ON COLUMN drifts.checkpoint_then_id IS 'Key of the checkpoint that answered in the repeated run.';
COMMENT ON COLUMN drifts.checkpoint_now_id IS 'Key of the checkpoint that answered in the replay.';
COMMENT ON COLUMN drifts.checkpoint IS 'Name of the checkpoint, the same then and now.';
COMMENT ON COLUMN drifts.same_weights IS 'Whether weights and tokenizer are the same then and now, by their sha256.';
COMMENT ON COLUMN drifts.depth IS 'How many places of the two lists were compared.';
COMMENT ON COLUMN drifts.n_compared IS 'Pieces whose probability is known in both lists; words where the tokenizers differ or are unknown.';
COMMENT ON COLUMN drifts.max_abs_dlogp IS 'Greatest |difference of the natural log-probability| over these; NULL where there are none.';
COMMENT ON COLUMN drifts.changed_ranks IS 'Places that hold another piece than before, or another word where the tokenizers differ.';

CREATE VIEW refused_prompts AS
SELECT refused.run_id, run.kind, run.label, run.author, run.started_at, refused.row_number, refused.text, refused.problem
FROM refused JOIN run USING (run_id);

COMMENT ON VIEW refused_prompts IS 'One row per text that could not be answered.';
COMMENT ON COLUMN refused_prompts.run_id IS 'Key of the run.';
COMMENT ON COLUMN refused_prompts.kind IS 'Kind of the run.';
COMMENT ON COLUMN refused_prompts.label IS 'Name that a person gave the run.';
COMMENT ON COLUMN refused_prompts.author IS 'Who asked, where known.';
COMMENT ON COLUMN refused_prompts.started_at IS 'When the run began, UTC.';
COMMENT ON COLUMN refused_prompts.row_number IS 'Which row of a batch, or line or entry of an import; 0 for a single ask.';
COMMENT ON COLUMN refused_prompts.text IS 'The text as it was given.';
COMMENT ON COLUMN refused_prompts.problem IS 'The sentence that the person was shown.';

CREATE VIEW annotations AS
SELECT mark.kind, mark.annotation_id, mark.run_id, mark.prompt_id, prompt.text AS prompt, mark.text, mark.author,
       mark.created_at
FROM (
    SELECT 'tag' AS kind, tag_id AS annotation_id, run_id, prompt_id, text, author, created_at FROM tag
    UNION ALL
    SELECT 'note', note_id, run_id, prompt_id, text, author, created_at FROM note
    UNION ALL
    SELECT 'star', star_id, run_id, prompt_id, NULL, author, created_at FROM star
) AS mark
LEFT JOIN prompt ON prompt.prompt_id = mark.prompt_id;

COMMENT ON VIEW annotations IS 'One row per tag, note or star that a person put on a run or on a prompt.';
COMMENT ON COLUMN annotations.kind IS 'tag, note or star.';
COMMENT ON COLUMN annotations.annotation_id IS 'Key of the tag, note or star.';
COMMENT ON COLUMN annotations.run_id IS 'Key of the run that it is on; NULL where it is on a prompt.';
COMMENT ON COLUMN annotations.prompt_id IS 'Key of the prompt that it is on; NULL where it is on a run.';
COMMENT ON COLUMN annotations.prompt IS 'Text of that prompt; NULL where it is on a run.';
COMMENT ON COLUMN annotations.text IS 'The tag or the note; NULL for a star.';
COMMENT ON COLUMN annotations.author IS 'Who put it there, where known.';
COMMENT ON COLUMN annotations.created_at IS 'When it was put there, UTC.';

-- `storage.spelling.spell_part` in SQL, step by step, so that what is kept as a person typed it (refused texts, labels, notes)
-- is found under the same spellings as a prompt. 8216 to 8219 and 8242 are single quotes, 8220 to 8223 and 8243 double ones,
-- 8208 to 8213 and 8722 dashes, 160 a space that does not break; those without a partner are marks that nobody sees. Characters are
-- composed between zeros, where `nfc_normalize` would end.
CREATE MACRO spelled(text) AS
    trim(regexp_replace(
        array_to_string(list_transform(string_split(replace(
            translate(
                regexp_replace(text, '(?i)\[mask\]|<mask>|_{3,}', '[MASK]', 'g'),
                concat(chr(8216), chr(8217), chr(8218), chr(8219), chr(8242), chr(8220), chr(8221), chr(8222), chr(8223),
                       chr(8243), chr(8208), chr(8209), chr(8210), chr(8211), chr(8212), chr(8213), chr(8722), chr(160),
                       chr(65279), chr(173), chr(8203), chr(8288), chr(8206), chr(8207), chr(8234), chr(8235), chr(8236),
                       chr(8237), chr(8238), chr(8294), chr(8295), chr(8296), chr(8297)),
                '''''''''''"""""------- '),
            chr(8230), '...'), chr(0)), lambda part: nfc_normalize(part)), chr(0)),
        '[\s\pZ\x0b\x1c-\x1f\x{85}]+', ' ', 'g'));

COMMENT ON MACRO spelled IS 'A text as prompts are spelled: plain quotes and dashes, [MASK] for every mask, single spaces.';
