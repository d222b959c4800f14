-- Which tags, notes and stars are on a run or a prompt that was asked within the filters?
WITH selected AS MATERIALIZED (FROM selected_asks(
    since := $since, until := $until, checkpoints := string_split($checkpoints, chr(10)),
    kinds := string_split($kinds, chr(10)), label := $label, author := $author, tag := $tag, text := $text, in_run := $in_run
))
SELECT annotations.*
FROM annotations
WHERE annotations.run_id IN (SELECT selected.run_id FROM selected)
   OR annotations.prompt_id IN (SELECT selected.prompt_id FROM selected);
