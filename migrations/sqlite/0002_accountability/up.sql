-- What makes every act accounted for: explanations, comments, receipts of judgements, marks left by
-- corrections, the registry's history, edits of rosters, persons who leave, background jobs.

-- Why a finding stands and may stand; holds only for the finding whose inputs have this digest.
CREATE TABLE explanations (
    report_id   TEXT NOT NULL REFERENCES reports (id),
    finding     TEXT NOT NULL,
    inputs      TEXT NOT NULL,
    text        TEXT NOT NULL,
    person_id   TEXT NOT NULL,
    person_name TEXT NOT NULL,
    role        TEXT NOT NULL,
    at          TIMESTAMP NOT NULL,
    PRIMARY KEY (report_id, finding)
);

CREATE TABLE comments (
    id          TEXT NOT NULL PRIMARY KEY,
    report_id   TEXT NOT NULL REFERENCES reports (id),
    revision    INTEGER NOT NULL,
    pointer     TEXT NOT NULL,
    state       TEXT NOT NULL,
    text        TEXT NOT NULL,
    person_id   TEXT NOT NULL,
    person_name TEXT NOT NULL,
    -- JSON array of {text, person_id, person_name, at}, oldest first.
    replies     TEXT NOT NULL,
    version     BIGINT NOT NULL,
    created_at  TIMESTAMP NOT NULL,
    updated_at  TIMESTAMP NOT NULL
);
CREATE INDEX comments_report ON comments (report_id, id);

-- What an act rested on: the verdict of the rules as they were, on the content as it was.
CREATE TABLE receipts (
    transition_id TEXT NOT NULL PRIMARY KEY REFERENCES transitions (id),
    report_id     TEXT NOT NULL REFERENCES reports (id),
    revision      INTEGER NOT NULL,
    rule_set      TEXT NOT NULL,
    digest        TEXT NOT NULL,
    valid         BOOLEAN NOT NULL,
    error         INTEGER NOT NULL,
    warning       INTEGER NOT NULL,
    info          INTEGER NOT NULL,
    explained     INTEGER NOT NULL,
    at            TIMESTAMP NOT NULL
);
CREATE INDEX receipts_report ON receipts (report_id);

-- A correction below or before marks the reports that rest on it.
CREATE TABLE upstream_changes (
    report_id TEXT NOT NULL REFERENCES reports (id),
    source_id TEXT NOT NULL REFERENCES reports (id),
    revision  INTEGER NOT NULL,
    at        TIMESTAMP NOT NULL,
    PRIMARY KEY (report_id, source_id)
);
CREATE INDEX upstream_changes_source ON upstream_changes (source_id);

-- The registry as it was: one row per change of an agency.
CREATE TABLE agency_history (
    agency_id     TEXT NOT NULL,
    version       BIGINT NOT NULL,
    effective_on  DATE NOT NULL,
    change_kind   TEXT NOT NULL,
    reason        TEXT,
    person_id     TEXT,
    person_name   TEXT,
    name          TEXT NOT NULL,
    short_name    TEXT,
    uscc          TEXT,
    level         TEXT NOT NULL,
    kind          TEXT NOT NULL,
    division_code TEXT,
    parent_id     TEXT,
    status        TEXT NOT NULL,
    valid_from    DATE,
    valid_to      DATE,
    successor_id  TEXT,
    contact       TEXT NOT NULL,
    created_at    TIMESTAMP NOT NULL,
    at            TIMESTAMP NOT NULL,
    PRIMARY KEY (agency_id, version)
);
CREATE INDEX agency_history_day ON agency_history (effective_on);
CREATE INDEX agencies_successor ON agencies (successor_id);

INSERT INTO agency_history (agency_id, version, effective_on, change_kind, name, short_name, uscc, level, kind,
    division_code, parent_id, status, valid_from, valid_to, successor_id, contact, created_at, at)
SELECT id, version, date(created_at), 'registered', name, short_name, uscc, level, kind,
    division_code, parent_id, status, valid_from, valid_to, successor_id, '{}', created_at, updated_at
FROM agencies;

-- Set where somebody has put a line of the roster elsewhere than the registry has it.
ALTER TABLE roster ADD COLUMN moved BOOLEAN NOT NULL DEFAULT FALSE;

ALTER TABLE persons ADD COLUMN left_on DATE;
ALTER TABLE persons ADD COLUMN version BIGINT NOT NULL DEFAULT 1;

CREATE TABLE jobs (
    id          TEXT NOT NULL PRIMARY KEY,
    kind        TEXT NOT NULL,
    state       TEXT NOT NULL,
    person_id   TEXT NOT NULL,
    agency_id   TEXT,
    year        INTEGER,
    done        BIGINT NOT NULL,
    total       BIGINT NOT NULL,
    result      TEXT,
    created_at  TIMESTAMP NOT NULL,
    updated_at  TIMESTAMP NOT NULL
);
CREATE INDEX jobs_person ON jobs (person_id, id);

-- The files reports were imported from, to the byte.
CREATE TABLE sources (
    report_id  TEXT NOT NULL REFERENCES reports (id),
    revision   INTEGER NOT NULL,
    sha256     TEXT NOT NULL,
    media_type TEXT NOT NULL,
    charset    TEXT NOT NULL,
    bytes      BLOB NOT NULL,
    PRIMARY KEY (report_id, revision)
);
