-- What makes every act accounted for: explanations, comments, receipts of judgements, marks left by
-- corrections, the registry's history, edits of rosters, persons who leave, background jobs.

-- Why a finding stands and may stand; holds only for the finding whose inputs have this digest.
CREATE TABLE explanations (
    report_id   TEXT COLLATE "C" NOT NULL REFERENCES reports (id),
    finding     TEXT COLLATE "C" NOT NULL,
    inputs      TEXT COLLATE "C" NOT NULL,
    text        TEXT COLLATE "C" NOT NULL,
    person_id   TEXT COLLATE "C" NOT NULL,
    person_name TEXT COLLATE "C" NOT NULL,
    role        TEXT COLLATE "C" NOT NULL,
    at          TIMESTAMP NOT NULL,
    PRIMARY KEY (report_id, finding)
);

CREATE TABLE comments (
    id          TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    report_id   TEXT COLLATE "C" NOT NULL REFERENCES reports (id),
    revision    INTEGER NOT NULL,
    pointer     TEXT COLLATE "C" NOT NULL,
    state       TEXT COLLATE "C" NOT NULL,
    text        TEXT COLLATE "C" NOT NULL,
    person_id   TEXT COLLATE "C" NOT NULL,
    person_name TEXT COLLATE "C" NOT NULL,
    -- JSON array of {text, person_id, person_name, at}, oldest first.
    replies     TEXT COLLATE "C" NOT NULL,
    version     BIGINT NOT NULL,
    created_at  TIMESTAMP NOT NULL,
    updated_at  TIMESTAMP NOT NULL
);
CREATE INDEX comments_report ON comments (report_id, id);

-- What an act rested on: the verdict of the rules as they were, on the content as it was.
CREATE TABLE receipts (
    transition_id TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES transitions (id),
    report_id     TEXT COLLATE "C" NOT NULL REFERENCES reports (id),
    revision      INTEGER NOT NULL,
    rule_set      TEXT COLLATE "C" NOT NULL,
    digest        TEXT COLLATE "C" NOT NULL,
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
    report_id TEXT COLLATE "C" NOT NULL REFERENCES reports (id),
    source_id TEXT COLLATE "C" NOT NULL REFERENCES reports (id),
    revision  INTEGER NOT NULL,
    at        TIMESTAMP NOT NULL,
    PRIMARY KEY (report_id, source_id)
);
CREATE INDEX upstream_changes_source ON upstream_changes (source_id);

-- The registry as it was: one row per change of an agency.
CREATE TABLE agency_history (
    agency_id     TEXT COLLATE "C" NOT NULL,
    version       BIGINT NOT NULL,
    effective_on  DATE NOT NULL,
    change_kind   TEXT COLLATE "C" NOT NULL,
    reason        TEXT COLLATE "C",
    person_id     TEXT COLLATE "C",
    person_name   TEXT COLLATE "C",
    name          TEXT COLLATE "C" NOT NULL,
    short_name    TEXT COLLATE "C",
    uscc          TEXT COLLATE "C",
    level         TEXT COLLATE "C" NOT NULL,
    kind          TEXT COLLATE "C" NOT NULL,
    division_code TEXT COLLATE "C",
    parent_id     TEXT COLLATE "C",
    status        TEXT COLLATE "C" NOT NULL,
    valid_from    DATE,
    valid_to      DATE,
    successor_id  TEXT COLLATE "C",
    contact       TEXT COLLATE "C" NOT NULL,
    created_at    TIMESTAMP NOT NULL,
    at            TIMESTAMP NOT NULL,
    PRIMARY KEY (agency_id, version)
);
CREATE INDEX agency_history_day ON agency_history (effective_on);
CREATE INDEX agencies_successor ON agencies (successor_id);

INSERT INTO agency_history (agency_id, version, effective_on, change_kind, name, short_name, uscc, level, kind,
    division_code, parent_id, status, valid_from, valid_to, successor_id, contact, created_at, at)
SELECT id, version, CAST(created_at AS DATE), 'registered', name, short_name, uscc, level, kind,
    division_code, parent_id, status, valid_from, valid_to, successor_id, '{}', created_at, updated_at
FROM agencies;

-- Set where somebody has put a line of the roster elsewhere than the registry has it.
ALTER TABLE roster ADD COLUMN moved BOOLEAN NOT NULL DEFAULT FALSE;

ALTER TABLE persons ADD COLUMN left_on DATE;
ALTER TABLE persons ADD COLUMN version BIGINT NOT NULL DEFAULT 1;

CREATE TABLE jobs (
    id          TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    kind        TEXT COLLATE "C" NOT NULL,
    state       TEXT COLLATE "C" NOT NULL,
    person_id   TEXT COLLATE "C" NOT NULL,
    agency_id   TEXT COLLATE "C",
    year        INTEGER,
    done        BIGINT NOT NULL,
    total       BIGINT NOT NULL,
    result      TEXT COLLATE "C",
    created_at  TIMESTAMP NOT NULL,
    updated_at  TIMESTAMP NOT NULL
);
CREATE INDEX jobs_person ON jobs (person_id, id);

-- The files reports were imported from, to the byte.
CREATE TABLE sources (
    report_id  TEXT COLLATE "C" NOT NULL REFERENCES reports (id),
    revision   INTEGER NOT NULL,
    sha256     TEXT COLLATE "C" NOT NULL,
    media_type TEXT COLLATE "C" NOT NULL,
    charset    TEXT COLLATE "C" NOT NULL,
    bytes      BYTEA NOT NULL,
    PRIMARY KEY (report_id, revision)
);
