-- Acts that wait for a second pair of eyes; what was decided, or ran out of time, is in the audit.
CREATE TABLE pending_acts (
    id          TEXT NOT NULL PRIMARY KEY,
    act         TEXT NOT NULL,
    agency_id   TEXT,
    report_id   TEXT,
    -- Of the report.
    year        INTEGER,
    revision    INTEGER,
    -- The version that If-Match named.
    version     BIGINT NOT NULL,
    -- What was asked for, as it was read: JSON.
    body        TEXT NOT NULL,
    person_id   TEXT NOT NULL,
    person_name TEXT NOT NULL,
    -- Who stood behind them then.
    hand_id     TEXT NOT NULL,
    -- The token it was asked with, if it was one: its rights are judged again.
    token_id    TEXT,
    asked_at    TIMESTAMP NOT NULL,
    ends_at     TIMESTAMP NOT NULL
);
CREATE INDEX pending_acts_end ON pending_acts (ends_at);
