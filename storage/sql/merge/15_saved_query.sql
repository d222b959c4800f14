-- Which saved queries are not yet here? One whose name is taken by another query gets the last digits of its key behind it,
-- within the 80 characters of a name.
INSERT INTO saved_query (saved_query_id, name, sql, parameters, author, created_at)
SELECT theirs.saved_query_id::UUID,
       CASE WHEN namesake.name IS NULL THEN theirs.name
            ELSE concat(left(theirs.name, 69), ' (', theirs.saved_query_id[-8:], ')') END,
       theirs.sql, theirs.parameters, theirs.author, theirs.created_at
FROM archived_saved_query AS theirs
LEFT JOIN saved_query AS namesake ON namesake.name = theirs.name
ANTI JOIN saved_query AS known ON known.saved_query_id = theirs.saved_query_id::UUID
WHERE namesake.name IS NULL OR namesake.sql <> theirs.sql OR namesake.parameters::VARCHAR <> theirs.parameters::VARCHAR;
