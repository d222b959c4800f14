-- Which agreements of the latest answers are between answers that both were asked for within the filters?
WITH selected AS MATERIALIZED (FROM selected_answers(
    since := $since, until := $until, checkpoints := string_split($checkpoints, chr(10)),
    kinds := string_split($kinds, chr(10)), label := $label, author := $author, tag := $tag, text := $text, in_run := $in_run
))
SELECT latest_agreements.*
FROM latest_agreements
SEMI JOIN selected AS a
  ON a.prompt_id = latest_agreements.prompt_id AND a.mask_index = latest_agreements.mask_index AND a.checkpoint_id = latest_agreements.checkpoint_a_id
SEMI JOIN selected AS b
  ON b.prompt_id = latest_agreements.prompt_id AND b.mask_index = latest_agreements.mask_index AND b.checkpoint_id = latest_agreements.checkpoint_b_id;
