-- Acts that waited and were decided on, as they were asked for: whoever comes late is told what was decided, for a while.
CREATE TABLE decided_acts (
    id          TEXT NOT NULL PRIMARY KEY,
    act         TEXT NOT NULL,
    agency_id   TEXT,
    report_id   TEXT,
    year        INTEGER,
    revision    INTEGER,
    version     BIGINT NOT NULL,
    body        TEXT NOT NULL,
    person_id   TEXT NOT NULL,
    person_name TEXT NOT NULL,
    hand_id     TEXT NOT NULL,
    token_id    TEXT,
    asked_at    TIMESTAMP NOT NULL,
    ends_at     TIMESTAMP NOT NULL,
    decision    TEXT NOT NULL,
    comment     TEXT,
    -- By whom.
    by_id       TEXT NOT NULL,
    by_name     TEXT NOT NULL,
    decided_at  TIMESTAMP NOT NULL
);
CREATE INDEX decided_acts_at ON decided_acts (decided_at);
