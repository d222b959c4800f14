-- What a batch has still to ask. A row comes here when its file was read, and leaves in the transaction that keeps its answers:
-- whatever is killed in between, each prompt is answered exactly once.
--
-- No key: an index over a million rows that are all deleted again costs more than it saves. `position` is unique in a run, because
-- one transaction writes them all.
CREATE TABLE pending (
    run_id UUID NOT NULL,
    position INTEGER NOT NULL,
    row_number INTEGER NOT NULL,
    text VARCHAR NOT NULL,
    expected VARCHAR[][] NOT NULL,
    candidates VARCHAR[] NOT NULL,
    tag VARCHAR
);
