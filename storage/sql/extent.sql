-- How much does this log hold, and how far does it reach?
SELECT (SELECT count(*) FROM run) AS runs, (SELECT count(*) FROM ask) AS asks, (SELECT max(asked_at) FROM ask) AS last_asked_at
