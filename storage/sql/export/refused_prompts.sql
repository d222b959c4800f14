-- Which texts that could not be answered pass the filters? Those were asked of no checkpoint.
SELECT refused_prompts.*
FROM refused_prompts
WHERE $checkpoints IS NULL
  AND ($since IS NULL OR refused_prompts.started_at >= $since::DATE)
  AND ($until IS NULL OR refused_prompts.started_at < $until::DATE + INTERVAL 1 DAY)
  AND ($kinds IS NULL OR list_contains(string_split($kinds, chr(10)), refused_prompts.kind))
  AND ($label IS NULL OR refused_prompts.label = $label)
  AND ($author IS NULL OR refused_prompts.author = $author)
  AND ($text IS NULL OR contains(lower(spelled(refused_prompts.text)), lower($text)))
  AND ($tag IS NULL OR refused_prompts.run_id IN (
      SELECT mark.run_id FROM annotations AS mark WHERE mark.kind = 'tag' AND mark.text = $tag));
