-- On which days was the first and the last ask?
SELECT min(asked_at)::DATE, max(asked_at)::DATE FROM ask;
