-- Which rows of this batch have just been answered?
DELETE FROM pending USING settled WHERE pending.run_id = $run_id AND pending.position = settled.position;
