-- Acts that leave their trace: how reviews are held, which instances run, what was loaded, what was discarded.

-- How reviews are held here; the configuration only says how it is first.
CREATE TABLE review_settings (
    id                   SMALLINT NOT NULL PRIMARY KEY,
    stages               INTEGER NOT NULL,
    separation_of_duties BOOLEAN NOT NULL,
    version              BIGINT NOT NULL,
    updated_at           TIMESTAMP NOT NULL
);

-- Instances of the service and by what they work; one that ends in order takes its row away.
CREATE TABLE instances (
    id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    version    TEXT COLLATE "C" NOT NULL,
    settings   TEXT COLLATE "C" NOT NULL,
    rules      TEXT COLLATE "C" NOT NULL,
    lexicons   TEXT COLLATE "C" NOT NULL,
    limits     TEXT COLLATE "C" NOT NULL,
    started_at TIMESTAMP NOT NULL,
    seen_at    TIMESTAMP NOT NULL
);

-- Whether it was on time, as it stood when it was first published; later edits of the roster change nothing about it.
-- Step 26 has it filled where it was before.
ALTER TABLE reports ADD COLUMN timeliness TEXT COLLATE "C";
-- A discarded report that others had to do with: hidden, and its place (agency, year, scope) free again.
ALTER TABLE reports ADD COLUMN hidden_at TIMESTAMP;

-- Reports of past years that were loaded count as published, neither on time nor late.
ALTER TABLE sums ADD COLUMN archived BIGINT NOT NULL DEFAULT 0;
