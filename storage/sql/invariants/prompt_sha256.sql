-- Which prompts have another sha256 than that of their text?
SELECT prompt_id, text_sha256 FROM prompt WHERE text_sha256 <> sha256(text)
