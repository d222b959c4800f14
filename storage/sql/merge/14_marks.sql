-- Which tags, stars and notes are not yet here? A tag is on a thing once, a star once for each author; a note is known by its key.
INSERT INTO tag (tag_id, run_id, prompt_id, text, author, created_at)
SELECT theirs.tag_id::UUID, theirs.run_id::UUID, marked.prompt_id, theirs.text, theirs.author, theirs.created_at
FROM archived_tag AS theirs
LEFT JOIN taken_prompt AS marked ON marked.theirs_id = theirs.prompt_id
ANTI JOIN tag AS known ON known.tag_id = theirs.tag_id::UUID
ANTI JOIN tag AS ours
  ON ours.run_id IS NOT DISTINCT FROM theirs.run_id::UUID AND ours.prompt_id IS NOT DISTINCT FROM marked.prompt_id
 AND ours.text = theirs.text
WHERE theirs.run_id IS NOT NULL OR marked.prompt_id IS NOT NULL;

INSERT INTO star (star_id, run_id, prompt_id, author, created_at)
SELECT theirs.star_id::UUID, theirs.run_id::UUID, marked.prompt_id, theirs.author, theirs.created_at
FROM archived_star AS theirs
LEFT JOIN taken_prompt AS marked ON marked.theirs_id = theirs.prompt_id
ANTI JOIN star AS known ON known.star_id = theirs.star_id::UUID
ANTI JOIN star AS ours
  ON ours.run_id IS NOT DISTINCT FROM theirs.run_id::UUID AND ours.prompt_id IS NOT DISTINCT FROM marked.prompt_id
 AND ours.author IS NOT DISTINCT FROM theirs.author
WHERE theirs.run_id IS NOT NULL OR marked.prompt_id IS NOT NULL;

INSERT INTO note (note_id, run_id, prompt_id, text, author, created_at)
SELECT theirs.note_id::UUID, theirs.run_id::UUID, marked.prompt_id, theirs.text, theirs.author, theirs.created_at
FROM archived_note AS theirs
LEFT JOIN taken_prompt AS marked ON marked.theirs_id = theirs.prompt_id
ANTI JOIN note AS known ON known.note_id = theirs.note_id::UUID
WHERE theirs.run_id IS NOT NULL OR marked.prompt_id IS NOT NULL;
