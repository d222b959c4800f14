-- A filter may name one run: a batch is then counted, compared and drawn by itself in every view. The three macros that the others
-- stand on are as before, with that argument.

CREATE OR REPLACE MACRO selected_asks(
    since := NULL, until := NULL, checkpoints := NULL, kinds := NULL, label := NULL, author := NULL, tag := NULL, text := NULL,
    in_run := NULL
) AS TABLE
SELECT ask.run_id, ask.asked_at, ask.answer_id, answer.prompt_id, answer.mask_index, answer.checkpoint_id
FROM ask
JOIN run ON run.run_id = ask.run_id
JOIN answer ON answer.answer_id = ask.answer_id
WHERE (in_run IS NULL OR ask.run_id = in_run::UUID)
  AND (since IS NULL OR ask.asked_at >= since::DATE)
  AND (until IS NULL OR ask.asked_at < until::DATE + INTERVAL 1 DAY)
  AND (kinds IS NULL OR list_contains(kinds::VARCHAR[], run.kind))
  AND (label IS NULL OR run.label = label)
  AND (author IS NULL OR run.author = author)
  AND (checkpoints IS NULL OR answer.checkpoint_id IN (
      SELECT checkpoint.checkpoint_id
      FROM checkpoint, (SELECT unnest(checkpoints::VARCHAR[]) AS wanted) AS named
      WHERE names_checkpoint(
          named.wanted, checkpoint.name, checkpoint.revision, checkpoint.weights_sha256, checkpoint.tokenizer_sha256)))
  AND (text IS NULL OR answer.prompt_id IN (
      SELECT prompt.prompt_id FROM prompt WHERE contains(lower(prompt.text), lower(text))))
  AND (tag IS NULL
       OR ask.run_id IN (SELECT mark.run_id FROM tag AS mark WHERE mark.run_id IS NOT NULL AND mark.text = tag)
       OR answer.prompt_id IN (SELECT mark.prompt_id FROM tag AS mark WHERE mark.prompt_id IS NOT NULL AND mark.text = tag));

CREATE OR REPLACE MACRO selected_answers(
    since := NULL, until := NULL, checkpoints := NULL, kinds := NULL, label := NULL, author := NULL, tag := NULL, text := NULL,
    in_run := NULL, counting := 'distinct'
) AS TABLE
SELECT asked.answer_id, any_value(asked.prompt_id) AS prompt_id, any_value(asked.mask_index) AS mask_index,
       any_value(asked.checkpoint_id) AS checkpoint_id, count(*) AS asks, min(asked.asked_at) AS first_asked_at,
       max(asked.asked_at) AS last_asked_at, CASE WHEN counting = 'asks' THEN count(*) ELSE 1 END AS weight
FROM selected_asks(
    since := since, until := until, checkpoints := checkpoints, kinds := kinds, label := label, author := author, tag := tag,
    text := text, in_run := in_run
) AS asked
GROUP BY asked.answer_id;

CREATE OR REPLACE MACRO selected_periods(
    since := NULL, until := NULL, checkpoints := NULL, kinds := NULL, label := NULL, author := NULL, tag := NULL, text := NULL,
    in_run := NULL, counting := 'distinct'
) AS TABLE
WITH passing AS MATERIALIZED (
    FROM selected_asks(
        since := since, until := until, checkpoints := checkpoints, kinds := kinds, label := label, author := author,
        tag := tag, text := text, in_run := in_run
    )
),
moment AS MATERIALIZED (
    SELECT passing.answer_id, passing.checkpoint_id, passing.asked_at FROM passing WHERE counting = 'asks'
    UNION ALL
    SELECT passing.answer_id, any_value(passing.checkpoint_id), min(passing.asked_at)
    FROM passing
    WHERE counting <> 'asks'
    GROUP BY passing.answer_id
),
span AS (
    SELECT CASE WHEN date_diff('day', min(moment.asked_at), max(moment.asked_at)) < 60 THEN 'day'
                WHEN date_diff('week', min(moment.asked_at), max(moment.asked_at)) < 60 THEN 'week'
                WHEN date_diff('month', min(moment.asked_at), max(moment.asked_at)) < 60 THEN 'month'
                ELSE 'quarter' END AS unit
    FROM moment
)
SELECT date_trunc(span.unit, moment.asked_at)::TIMESTAMP AS period, span.unit, moment.answer_id,
       any_value(moment.checkpoint_id) AS checkpoint_id, count(*) AS weight
FROM moment CROSS JOIN span
GROUP BY date_trunc(span.unit, moment.asked_at), span.unit, moment.answer_id;

COMMENT ON MACRO TABLE selected_asks IS 'The rows of asks that pass the filters.';
COMMENT ON MACRO TABLE selected_answers IS 'The answers that they asked for, each once; weight is 1, or the number of asks where counting is asks.';
COMMENT ON MACRO TABLE selected_periods IS 'The day, week, month or quarter in which each selected answer counts, and how often; at most 60 periods.';
