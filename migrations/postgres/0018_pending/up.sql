-- Acts that wait for a second pair of eyes; what was decided, or ran out of time, is in the audit.
CREATE TABLE pending_acts (
    id          TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    act         TEXT COLLATE "C" NOT NULL,
    agency_id   TEXT COLLATE "C",
    report_id   TEXT COLLATE "C",
    -- Of the report.
    year        INTEGER,
    revision    INTEGER,
    -- The version that If-Match named.
    version     BIGINT NOT NULL,
    -- What was asked for, as it was read: JSON.
    body        TEXT COLLATE "C" NOT NULL,
    person_id   TEXT COLLATE "C" NOT NULL,
    person_name TEXT COLLATE "C" NOT NULL,
    -- Who stood behind them then.
    hand_id     TEXT COLLATE "C" NOT NULL,
    -- The token it was asked with, if it was one: its rights are judged again.
    token_id    TEXT COLLATE "C",
    asked_at    TIMESTAMP NOT NULL,
    ends_at     TIMESTAMP NOT NULL
);
CREATE INDEX pending_acts_end ON pending_acts (ends_at);
