-- From where, by which way and by whose hands an act came in, and what it wrote of rows that the chain answers for.
-- Entries of version 1 are chained as they were; those after them cover these columns too.
ALTER TABLE audit ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE audit ADD COLUMN way TEXT;
ALTER TABLE audit ADD COLUMN token_id TEXT;
ALTER TABLE audit ADD COLUMN client TEXT;
ALTER TABLE audit ADD COLUMN operator_user TEXT;
ALTER TABLE audit ADD COLUMN operator_host TEXT;
ALTER TABLE audit ADD COLUMN sealed TEXT;

-- By what digests are made here; a database keeps the one it began with.
ALTER TABLE ledger ADD COLUMN digest TEXT NOT NULL DEFAULT 'sha256';

-- Who read what that is not public. Beside the chain: it may be pruned, and it holds up nobody's request.
CREATE TABLE access_log (
    id          TEXT NOT NULL PRIMARY KEY,
    at          TIMESTAMP NOT NULL,
    person_id   TEXT NOT NULL,
    person_name TEXT NOT NULL,
    token_id    TEXT,
    way         TEXT NOT NULL,
    client      TEXT,
    operation   TEXT NOT NULL,
    target      TEXT NOT NULL,
    status      INTEGER NOT NULL,
    -- The same again within moments is one row.
    times       INTEGER NOT NULL,
    agency_id   TEXT,
    report_id   TEXT,
    request_id  TEXT NOT NULL
);
CREATE INDEX access_log_at ON access_log (at);
CREATE INDEX access_log_person ON access_log (person_id, id);
CREATE INDEX access_log_agency ON access_log (agency_id, id);
CREATE INDEX access_log_report ON access_log (report_id, id);

-- Up to which entry heads were signed and handed to a witness.
INSERT INTO positions (name, seq) VALUES ('witness', 0);
