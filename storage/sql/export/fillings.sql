-- Which joint fillings are of a prompt and a checkpoint that answered within the filters?
SELECT fillings.*
FROM fillings
SEMI JOIN selected_answers(
    since := $since, until := $until, checkpoints := string_split($checkpoints, chr(10)),
    kinds := string_split($kinds, chr(10)), label := $label, author := $author, tag := $tag, text := $text, in_run := $in_run
) AS selected ON selected.prompt_id = fillings.prompt_id AND selected.checkpoint_id = fillings.checkpoint_id;
