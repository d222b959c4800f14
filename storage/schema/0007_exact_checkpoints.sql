-- A filter may name one set of weights among several of a name: `bert-mini (abc1234)`, with the first digits, at least seven, of
-- the revision, or of the sha256 of the weights or of the tokenizer where the revisions are equal. A name alone selects all of
-- its weights, as before.

CREATE MACRO names_checkpoint(wanted, name, revision, weights_sha256, tokenizer_sha256) AS
    wanted = name
    OR (starts_with(wanted, name || ' (') AND length(wanted) >= length(name) + 10 AND ends_with(wanted, ')')
        AND (starts_with(revision, wanted[length(name) + 3:-2])
             OR starts_with(weights_sha256, wanted[length(name) + 3:-2])
             OR starts_with(tokenizer_sha256, wanted[length(name) + 3:-2])));

CREATE OR REPLACE MACRO selected_asks(
    since := NULL, until := NULL, checkpoints := NULL, kinds := NULL, label := NULL, author := NULL, tag := NULL, text := NULL
) AS TABLE
SELECT ask.run_id, ask.asked_at, ask.answer_id, answer.prompt_id, answer.mask_index, answer.checkpoint_id
FROM ask
JOIN run ON run.run_id = ask.run_id
JOIN answer ON answer.answer_id = ask.answer_id
WHERE (since IS NULL OR ask.asked_at >= since::DATE)
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

COMMENT ON MACRO TABLE selected_asks IS 'The rows of asks that pass the filters.';
COMMENT ON MACRO names_checkpoint IS 'Whether a filter names these weights: by their name, or as name (abc1234) with digits of a hash.';
