-- Which checkpoints answered within the filters?
SELECT checkpoints.*
FROM checkpoints
SEMI JOIN selected_answers(
    since := $since, until := $until, checkpoints := string_split($checkpoints, chr(10)),
    kinds := string_split($kinds, chr(10)), label := $label, author := $author, tag := $tag, text := $text, in_run := $in_run
) AS selected ON selected.checkpoint_id = checkpoints.checkpoint_id;
