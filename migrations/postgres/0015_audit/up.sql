-- From where, by which way and by whose hands an act came in, and what it wrote of rows that the chain answers for.
-- Entries of version 1 are chained as they were; those after them cover these columns too.
ALTER TABLE audit ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE audit ADD COLUMN way TEXT COLLATE "C";
ALTER TABLE audit ADD COLUMN token_id TEXT COLLATE "C";
ALTER TABLE audit ADD COLUMN client TEXT COLLATE "C";
ALTER TABLE audit ADD COLUMN operator_user TEXT COLLATE "C";
ALTER TABLE audit ADD COLUMN operator_host TEXT COLLATE "C";
ALTER TABLE audit ADD COLUMN sealed TEXT COLLATE "C";

-- By what digests are made here; a database keeps the one it began with.
ALTER TABLE ledger ADD COLUMN digest TEXT COLLATE "C" NOT NULL DEFAULT 'sha256';

-- Who read what that is not public. Beside the chain: it may be pruned, and it holds up nobody's request.
CREATE TABLE access_log (
    id          TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    at          TIMESTAMP NOT NULL,
    person_id   TEXT COLLATE "C" NOT NULL,
    person_name TEXT COLLATE "C" NOT NULL,
    token_id    TEXT COLLATE "C",
    way         TEXT COLLATE "C" NOT NULL,
    client      TEXT COLLATE "C",
    operation   TEXT COLLATE "C" NOT NULL,
    target      TEXT COLLATE "C" NOT NULL,
    status      INTEGER NOT NULL,
    -- The same again within moments is one row.
    times       INTEGER NOT NULL,
    agency_id   TEXT COLLATE "C",
    report_id   TEXT COLLATE "C",
    request_id  TEXT COLLATE "C" NOT NULL
);
CREATE INDEX access_log_at ON access_log (at);
CREATE INDEX access_log_person ON access_log (person_id, id);
CREATE INDEX access_log_agency ON access_log (agency_id, id);
CREATE INDEX access_log_report ON access_log (report_id, id);

-- Up to which entry heads were signed and handed to a witness.
INSERT INTO positions (name, seq) VALUES ('witness', 0);
