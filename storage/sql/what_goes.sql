-- How much goes with what is staged to go, and how much of it stays because somebody asked for it elsewhere, too?
WITH run_gone AS (SELECT run_id::UUID AS run_id FROM staged_run WHERE whole)
SELECT (SELECT count(*) FROM run_gone) AS runs,
       (SELECT count(*) FROM ask
        WHERE run_id IN (SELECT run_id FROM run_gone) OR answer_id IN (SELECT answer_id FROM staged_gone)) AS asks,
       (SELECT count(*) FROM staged_gone) AS answers,
       (SELECT count(*) FROM prediction SEMI JOIN staged_gone USING (answer_id)) AS predictions,
       (SELECT count(*) FROM staged_prompt) AS prompts,
       (SELECT count(*) FROM staged_refused) AS refused,
       (SELECT count(*) FROM tag WHERE run_id IN (SELECT run_id FROM run_gone)
           OR prompt_id IN (SELECT prompt_id FROM staged_prompt)) AS tags,
       (SELECT count(*) FROM star WHERE run_id IN (SELECT run_id FROM run_gone)
           OR prompt_id IN (SELECT prompt_id FROM staged_prompt)) AS stars,
       (SELECT count(*) FROM note WHERE run_id IN (SELECT run_id FROM run_gone)
           OR prompt_id IN (SELECT prompt_id FROM staged_prompt)) AS notes,
       (SELECT count(DISTINCT ask.answer_id) FROM ask ANTI JOIN staged_gone USING (answer_id)
        WHERE ask.run_id IN (SELECT run_id FROM run_gone)) AS still_asked_elsewhere,
       (SELECT count(*) FROM staged_run WHERE NOT whole) AS runs_shortened,
       (SELECT count(*) FROM drift WHERE run_id IN (SELECT run_id FROM run_gone)
           OR answer_then IN (SELECT answer_id FROM staged_gone)
           OR answer_now IN (SELECT answer_id FROM staged_gone)) AS drifts,
       (SELECT count(*) FROM pending WHERE run_id IN (SELECT run_id FROM run_gone)) AS pending;
