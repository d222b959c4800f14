-- Which words can the checkpoints say that answered within the filters?
SELECT vocabularies.*
FROM vocabularies
WHERE vocabularies.tokenizer_id IN (
    SELECT spoken.tokenizer_id
    FROM checkpoint_tokenizer AS spoken
    SEMI JOIN selected_answers(
    since := $since, until := $until, checkpoints := string_split($checkpoints, chr(10)),
    kinds := string_split($kinds, chr(10)), label := $label, author := $author, tag := $tag, text := $text, in_run := $in_run
) AS selected ON selected.checkpoint_id = spoken.checkpoint_id
);
