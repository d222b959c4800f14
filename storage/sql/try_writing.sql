-- Can the log be written? When somebody last had to ask.
INSERT OR REPLACE INTO setting (name, value, changed_at) VALUES ('tried to write', 'yes', $now)
