-- Which tags, stars and notes sit on a run or a prompt that is not there, or on none?
SELECT mark.what, mark.id, mark.run_id, mark.prompt_id
FROM (
    SELECT 'tag' AS what, tag_id AS id, run_id, prompt_id FROM tag
    UNION ALL
    SELECT 'star', star_id, run_id, prompt_id FROM star
    UNION ALL
    SELECT 'note', note_id, run_id, prompt_id FROM note
) AS mark
LEFT JOIN run USING (run_id)
LEFT JOIN prompt USING (prompt_id)
WHERE run.run_id IS NULL AND prompt.prompt_id IS NULL
