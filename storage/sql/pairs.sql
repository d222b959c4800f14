-- How alike are the lists of each two checkpoints, at each mask of each prompt that both answered?
SELECT prompt_id, mask_index, a, b, depth, overlap, jaccard, rbo, top1_same, jsd_shared, coverage_a, coverage_b, weight, attainable
FROM selected_pairs(
    since := $since, until := $until, checkpoints := $checkpoints, kinds := $kinds, label := $label, author := $author,
    tag := $tag, text := $text, in_run := $in_run, counting := $counting, space := $space, depth := $depth
);
