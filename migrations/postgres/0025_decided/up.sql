-- Acts that waited and were decided on, as they were asked for: whoever comes late is told what was decided, for a while.
CREATE TABLE decided_acts (
    id          TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    act         TEXT COLLATE "C" NOT NULL,
    agency_id   TEXT COLLATE "C",
    report_id   TEXT COLLATE "C",
    year        INTEGER,
    revision    INTEGER,
    version     BIGINT NOT NULL,
    body        TEXT COLLATE "C" NOT NULL,
    person_id   TEXT COLLATE "C" NOT NULL,
    person_name TEXT COLLATE "C" NOT NULL,
    hand_id     TEXT COLLATE "C" NOT NULL,
    token_id    TEXT COLLATE "C",
    asked_at    TIMESTAMP NOT NULL,
    ends_at     TIMESTAMP NOT NULL,
    decision    TEXT COLLATE "C" NOT NULL,
    comment     TEXT COLLATE "C",
    -- By whom.
    by_id       TEXT COLLATE "C" NOT NULL,
    by_name     TEXT COLLATE "C" NOT NULL,
    decided_at  TIMESTAMP NOT NULL
);
CREATE INDEX decided_acts_at ON decided_acts (decided_at);
