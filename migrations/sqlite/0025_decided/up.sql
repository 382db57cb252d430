-- Acts that waited and were decided on: whoever comes late is told what was decided, for a while.
CREATE TABLE decided_acts (
    id         TEXT NOT NULL PRIMARY KEY,
    -- What was asked for, what was decided, and by whom: JSON.
    decided    TEXT NOT NULL,
    decided_at TIMESTAMP NOT NULL
);
CREATE INDEX decided_acts_at ON decided_acts (decided_at);
