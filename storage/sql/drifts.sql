-- What did this replay find, the greatest drift first? Lists that share nothing come before all, those without scores last.
SELECT prompt, mask_index, checkpoint_then_id, checkpoint_now_id, max_abs_dlogp, changed_ranks, n_compared, depth
FROM drifts
WHERE run_id = $run_id
ORDER BY n_compared = 0 AND changed_ranks = depth DESC, max_abs_dlogp DESC NULLS LAST, changed_ranks DESC, prompt_id, mask_index,
         checkpoint_now_id;
