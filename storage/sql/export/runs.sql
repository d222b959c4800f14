-- Which runs have an ask, or a refused prompt, that passes the filters?
SELECT runs.*
FROM runs
WHERE runs.run_id IN (SELECT selected.run_id FROM selected_asks(
    since := $since, until := $until, checkpoints := string_split($checkpoints, chr(10)),
    kinds := string_split($kinds, chr(10)), label := $label, author := $author, tag := $tag, text := $text, in_run := $in_run
) AS selected)
   OR runs.run_id IN (
    SELECT refused_prompts.run_id
    FROM refused_prompts
    WHERE $checkpoints IS NULL
      AND ($since IS NULL OR refused_prompts.started_at >= $since::DATE)
      AND ($until IS NULL OR refused_prompts.started_at < $until::DATE + INTERVAL 1 DAY)
      AND ($kinds IS NULL OR list_contains(string_split($kinds, chr(10)), refused_prompts.kind))
      AND ($label IS NULL OR refused_prompts.label = $label)
      AND ($author IS NULL OR refused_prompts.author = $author)
      AND ($in_run IS NULL OR refused_prompts.run_id = $in_run::UUID)
      AND ($text IS NULL OR contains(lower(spelled(refused_prompts.text)), lower($text)))
      AND ($tag IS NULL OR refused_prompts.run_id IN (
          SELECT mark.run_id FROM annotations AS mark WHERE mark.kind = 'tag' AND mark.text = $tag))
);
