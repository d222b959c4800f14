-- Under which key does this log know, or take in, each prompt of the archive?
CREATE TEMP TABLE taken_prompt AS
SELECT theirs.prompt_id AS theirs_id, ours.prompt_id IS NULL AS is_new,
       coalesce(ours.prompt_id, CASE WHEN taking.keeps_keys THEN theirs.prompt_id ELSE taking.prompts
           + row_number() OVER (PARTITION BY ours.prompt_id IS NULL ORDER BY theirs.prompt_id) END) AS prompt_id
FROM archived_prompt AS theirs
CROSS JOIN taking
LEFT JOIN prompt AS ours ON ours.text_sha256 = theirs.text_sha256;

INSERT INTO prompt (prompt_id, text, mask_count, text_sha256, created_at)
SELECT taken.prompt_id, theirs.text, theirs.mask_count, theirs.text_sha256, theirs.created_at
FROM archived_prompt AS theirs
JOIN taken_prompt AS taken ON taken.theirs_id = theirs.prompt_id AND taken.is_new;

UPDATE prompt SET created_at = theirs.created_at
FROM archived_prompt AS theirs
JOIN taken_prompt AS taken ON taken.theirs_id = theirs.prompt_id
WHERE prompt.prompt_id = taken.prompt_id AND theirs.created_at < prompt.created_at;
