-- What keeps one from stopping the rest, and what was taken back from coming back.

-- Which revision a narrative is of: the index is never trusted to know what readers see now. Step 26 has those filled
-- that are there.
ALTER TABLE search_documents ADD COLUMN revision INTEGER;

-- Reports that a consumer of the changes could not take: set aside, so that the others go on.
CREATE TABLE set_aside (
    consumer  TEXT COLLATE "C" NOT NULL,
    report_id TEXT COLLATE "C" NOT NULL,
    seq       BIGINT NOT NULL,
    reason    TEXT COLLATE "C" NOT NULL,
    at        TIMESTAMP NOT NULL,
    PRIMARY KEY (consumer, report_id)
);

-- Revisions whose text was erased; their digests stay where they are.
CREATE TABLE suppressions (
    report_id   TEXT COLLATE "C" NOT NULL REFERENCES reports (id),
    revision    INTEGER NOT NULL,
    reason      TEXT COLLATE "C" NOT NULL,
    person_id   TEXT COLLATE "C" NOT NULL,
    person_name TEXT COLLATE "C" NOT NULL,
    at          TIMESTAMP NOT NULL,
    PRIMARY KEY (report_id, revision)
);

-- Keys that all instances share, made by the first one; in hexadecimal.
CREATE TABLE shared_keys (
    name  TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    value TEXT COLLATE "C" NOT NULL
);
