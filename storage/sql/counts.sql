-- How much is in the log?
SELECT (SELECT count(*) FROM prompt), (SELECT count(*) FROM answer), (SELECT count(*) FROM ask), (SELECT count(*) FROM run),
       (SELECT count(*) FROM prediction), (SELECT count(*) FROM refused);
