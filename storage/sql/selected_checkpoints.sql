-- Which checkpoints does the selection hold, and how much of each?
SELECT checkpoint.checkpoint_id, checkpoint.name, checkpoint.family, checkpoint.source, checkpoint.revision,
       checkpoint.weights_sha256, checkpoint.tokenizer_sha256, count(DISTINCT selected.prompt_id) AS n_prompts, count(*) AS n_answers,
       count(answer.entropy) AS n_full, sum(selected.asks)::BIGINT AS n_asks,
       checkpoint.checkpoint_id IN (SELECT checkpoint_id FROM checkpoint_tokenizer) AS vocabulary_known
FROM selected_answers(
    since := $since, until := $until, checkpoints := $checkpoints, kinds := $kinds, label := $label, author := $author,
    tag := $tag, text := $text, in_run := $in_run, counting := $counting
) AS selected
JOIN answer ON answer.answer_id = selected.answer_id
JOIN checkpoint ON checkpoint.checkpoint_id = selected.checkpoint_id
GROUP BY checkpoint.checkpoint_id, checkpoint.name, checkpoint.family, checkpoint.source, checkpoint.revision,
         checkpoint.weights_sha256, checkpoint.tokenizer_sha256, checkpoint.first_used_at
ORDER BY family_place(checkpoint.family), checkpoint.name, checkpoint.first_used_at, checkpoint.checkpoint_id;
