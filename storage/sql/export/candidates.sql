-- Which scores of named words are of answers that were asked for within the filters?
SELECT candidates.*
FROM candidates
SEMI JOIN selected_answers(
    since := $since, until := $until, checkpoints := string_split($checkpoints, chr(10)),
    kinds := string_split($kinds, chr(10)), label := $label, author := $author, tag := $tag, text := $text, in_run := $in_run
) AS selected ON selected.answer_id = candidates.answer_id;
