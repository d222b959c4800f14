-- Which asks took a time that cannot be, or none although a model or the log answered here?
SELECT ask.run_id, ask.answer_id, ask.latency_ms
FROM ask JOIN run USING (run_id)
WHERE ask.latency_ms < 0 OR isnan(ask.latency_ms)
   OR (ask.latency_ms IS NULL AND (ask.reused OR run.kind NOT IN ('import', 'sample')))
