-- Which predictions were asked for within the filters?
SELECT predictions.*
FROM predictions
SEMI JOIN selected_answers(
    since := $since, until := $until, checkpoints := string_split($checkpoints, chr(10)),
    kinds := string_split($kinds, chr(10)), label := $label, author := $author, tag := $tag, text := $text, in_run := $in_run
) AS selected ON selected.answer_id = predictions.answer_id;
