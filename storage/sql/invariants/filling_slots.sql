-- Which joint fillings do not fill every mask of their prompt once?
SELECT filling.prompt_id, filling.checkpoint_id, filling.fill_order, filling.rank
FROM filling JOIN prompt USING (prompt_id)
WHERE list_sort(list_transform(filling.slots, lambda slot : slot.mask_index)) <> range(prompt.mask_count)
