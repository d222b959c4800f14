-- Which rows that are still to be asked are of no batch, or of one that is complete?
SELECT pending.run_id, pending.position
FROM pending LEFT JOIN run USING (run_id)
WHERE run.run_id IS NULL OR run.kind <> 'batch' OR run.status = 'complete'
