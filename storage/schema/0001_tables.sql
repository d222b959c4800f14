-- The tables of the log. All times are UTC without zone. Integer keys carry every join: over 30 million predictions a join on
-- words takes 22 s, on integers 0.5 to 1.7 s.
--
-- Deliberately absent: foreign keys. DuckDB checks them against rows as they were before the transaction, so a row and its
-- parent cannot be changed together, and every one costs an index on both sides. One writer (storage/log.py) keeps them true.
-- Deliberately absent too: a key on prediction. Its uniqueness follows from answer's, the writer replaces the predictions of an
-- answer as a whole, and an index over 30 million rows costs more memory than it saves.

CREATE TABLE schema_migration (
    name VARCHAR PRIMARY KEY,
    applied_at TIMESTAMP NOT NULL,
    sha256 VARCHAR NOT NULL
);

CREATE SEQUENCE checkpoint_id_sequence;
CREATE TABLE checkpoint (
    checkpoint_id BIGINT PRIMARY KEY,
    name VARCHAR NOT NULL,
    family VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    revision VARCHAR NOT NULL,
    weights_sha256 VARCHAR NOT NULL,
    tokenizer_sha256 VARCHAR NOT NULL,
    parameters BIGINT NOT NULL,
    vocabulary_size BIGINT NOT NULL,
    first_used_at TIMESTAMP NOT NULL,
    -- Name and tokenizer belong to it: the same weights under two names, or with another tokenizer, answer as two checkpoints.
    UNIQUE (name, source, revision, weights_sha256, tokenizer_sha256)
);

CREATE SEQUENCE prompt_id_sequence;
CREATE TABLE prompt (
    prompt_id BIGINT PRIMARY KEY,
    text VARCHAR NOT NULL,
    mask_count INTEGER NOT NULL,
    text_sha256 VARCHAR NOT NULL UNIQUE,
    created_at TIMESTAMP NOT NULL
);

-- No CHECK on kind and status: DuckDB cannot drop one later, and a new kind of run must not rewrite the table.
CREATE TABLE run (
    run_id UUID PRIMARY KEY,
    kind VARCHAR NOT NULL,
    label VARCHAR,
    author VARCHAR,
    started_at TIMESTAMP NOT NULL,
    finished_at TIMESTAMP,
    status VARCHAR NOT NULL,
    options JSON NOT NULL,
    environment JSON NOT NULL
);

CREATE SEQUENCE word_id_sequence;
CREATE TABLE word (
    word_id BIGINT PRIMARY KEY,
    text VARCHAR NOT NULL UNIQUE
);

-- The whole description is the key, not (tokenizer_sha256, token_id) alone: should the rule that turns a piece into a word be
-- mended one day, old predictions keep what they said.
CREATE SEQUENCE piece_id_sequence;
CREATE TABLE piece (
    piece_id BIGINT PRIMARY KEY,
    tokenizer_sha256 VARCHAR NOT NULL,
    token_id BIGINT NOT NULL,
    piece VARCHAR NOT NULL,
    word_id BIGINT NOT NULL,
    starts_word BOOLEAN NOT NULL,
    UNIQUE (tokenizer_sha256, token_id, piece, word_id, starts_word)
);

-- top_word_id and top_logprob repeat the first prediction: what History lists and Distributions counts then reads 1.5 million
-- rows instead of 30 million.
CREATE SEQUENCE answer_id_sequence;
CREATE TABLE answer (
    answer_id BIGINT PRIMARY KEY,
    prompt_id BIGINT NOT NULL,
    mask_index INTEGER NOT NULL,
    checkpoint_id BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    depth INTEGER NOT NULL,
    top_word_id BIGINT,
    top_logprob DOUBLE,
    entropy DOUBLE,
    sum_p_squared DOUBLE,
    top1_margin DOUBLE,
    word_mass DOUBLE,
    UNIQUE (prompt_id, mask_index, checkpoint_id)
);

CREATE TABLE prediction (
    answer_id BIGINT NOT NULL,
    rank INTEGER NOT NULL,
    piece_id BIGINT NOT NULL,
    word_id BIGINT NOT NULL,
    logprob DOUBLE NOT NULL
);

CREATE TABLE ask (
    run_id UUID NOT NULL,
    answer_id BIGINT NOT NULL,
    row_number INTEGER NOT NULL,
    position INTEGER NOT NULL,
    asked_at TIMESTAMP NOT NULL,
    latency_ms DOUBLE NOT NULL,
    reused BOOLEAN NOT NULL,
    PRIMARY KEY (run_id, answer_id, row_number)
);

CREATE SEQUENCE expectation_id_sequence;
CREATE TABLE expectation (
    expectation_id BIGINT NOT NULL,
    prompt_id BIGINT NOT NULL,
    mask_index INTEGER NOT NULL,
    word_id BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    PRIMARY KEY (prompt_id, mask_index, word_id)
);

CREATE SEQUENCE candidate_id_sequence;
CREATE TABLE candidate (
    candidate_id BIGINT NOT NULL,
    answer_id BIGINT NOT NULL,
    word_id BIGINT NOT NULL,
    pieces VARCHAR[] NOT NULL,
    in_vocabulary BOOLEAN NOT NULL,
    logprob DOUBLE,
    rank BIGINT,
    rank_shared BIGINT,
    word_space VARCHAR NOT NULL,
    PRIMARY KEY (answer_id, word_id, word_space)
);

-- A pair is kept once, the smaller checkpoint_id first; whoever asks for the other order gets the coverages exchanged.
CREATE TABLE agreement (
    prompt_id BIGINT NOT NULL,
    mask_index INTEGER NOT NULL,
    checkpoint_a BIGINT NOT NULL,
    checkpoint_b BIGINT NOT NULL,
    depth INTEGER NOT NULL,
    overlap DOUBLE NOT NULL,
    jaccard DOUBLE NOT NULL,
    rbo DOUBLE NOT NULL,
    jsd_shared DOUBLE,
    coverage_a DOUBLE,
    coverage_b DOUBLE,
    top1_same BOOLEAN NOT NULL,
    PRIMARY KEY (prompt_id, mask_index, checkpoint_a, checkpoint_b),
    CHECK (checkpoint_a < checkpoint_b)
);

-- No key on the text: it may be 100 kB long. The writer looks before it writes.
CREATE TABLE refused (
    run_id UUID NOT NULL,
    row_number INTEGER NOT NULL,
    text VARCHAR NOT NULL,
    problem VARCHAR NOT NULL
);

-- What people add. A tag, a star or a note sits on a run or on a prompt, never on both.
CREATE TABLE tag (
    tag_id UUID PRIMARY KEY,
    run_id UUID,
    prompt_id BIGINT,
    text VARCHAR NOT NULL,
    author VARCHAR,
    created_at TIMESTAMP NOT NULL,
    CHECK ((run_id IS NULL) <> (prompt_id IS NULL))
);

CREATE TABLE star (
    star_id UUID PRIMARY KEY,
    run_id UUID,
    prompt_id BIGINT,
    author VARCHAR,
    created_at TIMESTAMP NOT NULL,
    CHECK ((run_id IS NULL) <> (prompt_id IS NULL))
);

CREATE TABLE note (
    note_id UUID PRIMARY KEY,
    run_id UUID,
    prompt_id BIGINT,
    text VARCHAR NOT NULL,
    author VARCHAR,
    created_at TIMESTAMP NOT NULL,
    CHECK ((run_id IS NULL) <> (prompt_id IS NULL))
);

CREATE TABLE saved_query (
    saved_query_id UUID PRIMARY KEY,
    name VARCHAR NOT NULL UNIQUE,
    sql VARCHAR NOT NULL,
    parameters JSON NOT NULL,
    author VARCHAR,
    created_at TIMESTAMP NOT NULL
);
