-- Which asks pass the filters?
SELECT asks.*
FROM asks
SEMI JOIN selected_asks(
    since := $since, until := $until, checkpoints := string_split($checkpoints, chr(10)),
    kinds := string_split($kinds, chr(10)), label := $label, author := $author, tag := $tag, text := $text, in_run := $in_run
) AS selected ON selected.run_id = asks.run_id AND selected.answer_id = asks.answer_id;
