-- Which refused prompts of the archive are not yet known of their run?
INSERT INTO refused (run_id, row_number, text, problem)
SELECT theirs.run_id::UUID, theirs.row_number, theirs.text, theirs.problem
FROM archived_refused AS theirs
ANTI JOIN refused AS ours
  ON ours.run_id = theirs.run_id::UUID AND ours.row_number = theirs.row_number AND ours.text = theirs.text;
