"""What the page of the batches is made of: bringing prompts, looking at them, beginning, watching, and what came of it."""
