-- Which of these tags are not yet on their prompts?
INSERT INTO tag (tag_id, run_id, prompt_id, text, author, created_at)
SELECT uuid(), NULL, staged_tag.prompt_id, staged_tag.text, $author, $now
FROM staged_tag
ANTI JOIN tag AS ours ON ours.prompt_id = staged_tag.prompt_id AND ours.text = staged_tag.text;
