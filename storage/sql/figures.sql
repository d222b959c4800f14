-- What are the figures of every selected answer? Unknown ones (imports) are NULL.
SELECT selected.prompt_id, selected.mask_index, selected.checkpoint_id, exp(answer.top_logprob) AS top_score,
       answer.top1_margin, answer.entropy, selected.weight
FROM selected_answers(
    since := $since, until := $until, checkpoints := $checkpoints, kinds := $kinds, label := $label, author := $author,
    tag := $tag, text := $text, in_run := $in_run, counting := $counting
) AS selected
JOIN answer ON answer.answer_id = selected.answer_id
ORDER BY selected.prompt_id, selected.mask_index, selected.checkpoint_id;
