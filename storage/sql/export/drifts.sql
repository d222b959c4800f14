-- Which drifts were found by replays that asked within the filters?
SELECT drifts.*
FROM drifts
SEMI JOIN selected_asks(
    since := $since, until := $until, checkpoints := string_split($checkpoints, chr(10)),
    kinds := string_split($kinds, chr(10)), label := $label, author := $author, tag := $tag, text := $text, in_run := $in_run
) AS selected ON selected.run_id = drifts.run_id AND selected.prompt_id = drifts.prompt_id;
