-- Which things that the other log remembers about itself does this one not know?
INSERT INTO setting (name, value, changed_at)
SELECT theirs.name, theirs.value, theirs.changed_at
FROM archived_setting AS theirs
ANTI JOIN setting AS ours ON ours.name = theirs.name;
