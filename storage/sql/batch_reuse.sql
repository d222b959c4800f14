-- Which answers do the rows ask for that the log knows in full? They were asked now, and no model ran.
INSERT INTO ask (run_id, answer_id, row_number, position, asked_at, latency_ms, reused)
SELECT $run_id, answer.answer_id, wanted.row_number,
       min(answer.mask_index * (SELECT count(*) FROM asked_of) + asked_of.place), $at, $latency_ms, true
FROM whole
JOIN wanted ON wanted.position = whole.position
JOIN prompt ON prompt.text_sha256 = wanted.text_sha256
JOIN answer ON answer.prompt_id = prompt.prompt_id
JOIN asked_of ON asked_of.checkpoint_id = answer.checkpoint_id
ANTI JOIN (SELECT ask.answer_id, ask.row_number FROM ask WHERE ask.run_id = $run_id) AS known
  ON known.answer_id = answer.answer_id AND known.row_number = wanted.row_number
GROUP BY answer.answer_id, wanted.row_number;
