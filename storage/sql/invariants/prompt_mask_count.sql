-- Which prompts have another number of masks than they say?
SELECT prompt_id, mask_count FROM prompt
WHERE mask_count <> (length(text) - length(replace(text, '[MASK]', ''))) // length('[MASK]')
