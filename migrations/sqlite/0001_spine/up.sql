-- The spine: registry, years, roster, people, reports and their revisions, and the ledger
-- that every write holds. Both engines have the same columns; see src/storage/schema.rs.

CREATE TABLE ledger (
    id          SMALLINT NOT NULL PRIMARY KEY CHECK (id = 1),
    change_seq  BIGINT   NOT NULL,
    audit_seq   BIGINT   NOT NULL,
    audit_head  TEXT     NOT NULL,
    epoch       TEXT     NOT NULL
);

CREATE TABLE agencies (
    id            TEXT NOT NULL PRIMARY KEY,
    name          TEXT NOT NULL,
    short_name    TEXT,
    uscc          TEXT,
    level         TEXT NOT NULL,
    kind          TEXT NOT NULL,
    division_code TEXT,
    parent_id     TEXT REFERENCES agencies (id),
    path          TEXT NOT NULL,
    status        TEXT NOT NULL,
    valid_from    DATE,
    valid_to      DATE,
    successor_id  TEXT REFERENCES agencies (id),
    address       TEXT,
    postcode      TEXT,
    phone         TEXT,
    email         TEXT,
    website       TEXT,
    version       BIGINT NOT NULL,
    created_at    TIMESTAMP NOT NULL,
    updated_at    TIMESTAMP NOT NULL
);
-- A credit code belongs to one active agency at a time.
CREATE UNIQUE INDEX agencies_uscc_active ON agencies (uscc) WHERE status = 'active';
CREATE INDEX agencies_uscc ON agencies (uscc);
CREATE UNIQUE INDEX agencies_path ON agencies (path);
CREATE INDEX agencies_parent ON agencies (parent_id, id);

CREATE TABLE years (
    year              INTEGER NOT NULL PRIMARY KEY,
    format            TEXT NOT NULL,
    state             TEXT NOT NULL,
    period_start      DATE NOT NULL,
    period_end        DATE NOT NULL,
    department_due_on DATE NOT NULL,
    government_due_on DATE NOT NULL,
    note              TEXT,
    version           BIGINT NOT NULL,
    created_at        TIMESTAMP NOT NULL,
    updated_at        TIMESTAMP NOT NULL
);

-- 应报名单: one row per report due; follows the registry until the year closes.
CREATE TABLE roster (
    year      INTEGER NOT NULL REFERENCES years (year),
    agency_id TEXT NOT NULL REFERENCES agencies (id),
    scope     TEXT NOT NULL,
    path      TEXT NOT NULL,
    level     TEXT NOT NULL,
    kind      TEXT NOT NULL,
    name      TEXT NOT NULL,
    due_on    DATE NOT NULL,
    exempt    BOOLEAN NOT NULL,
    reason    TEXT,
    PRIMARY KEY (year, agency_id, scope)
);
CREATE INDEX roster_path ON roster (year, path);
CREATE INDEX roster_agency ON roster (agency_id);

CREATE TABLE persons (
    id         TEXT NOT NULL PRIMARY KEY,
    name       TEXT NOT NULL,
    agency_id  TEXT REFERENCES agencies (id),
    created_at TIMESTAMP NOT NULL
);

CREATE TABLE tokens (
    id          TEXT NOT NULL PRIMARY KEY,
    person_id   TEXT NOT NULL REFERENCES persons (id),
    name        TEXT NOT NULL,
    secret_hash TEXT NOT NULL UNIQUE,
    expires_at  TIMESTAMP,
    revoked_at  TIMESTAMP,
    version     BIGINT NOT NULL,
    created_at  TIMESTAMP NOT NULL,
    updated_at  TIMESTAMP NOT NULL
);
CREATE INDEX tokens_person ON tokens (person_id);

CREATE TABLE grants (
    token_id  TEXT NOT NULL REFERENCES tokens (id),
    position  INTEGER NOT NULL,
    role      TEXT NOT NULL,
    agency_id TEXT REFERENCES agencies (id),
    stage     TEXT,
    PRIMARY KEY (token_id, position)
);
CREATE INDEX grants_agency ON grants (agency_id);

CREATE TABLE reports (
    id                  TEXT NOT NULL PRIMARY KEY,
    agency_id           TEXT NOT NULL REFERENCES agencies (id),
    year                INTEGER NOT NULL REFERENCES years (year),
    scope               TEXT NOT NULL,
    -- Counts content and state; the number in every ETag of the report.
    version             BIGINT NOT NULL,
    -- The version the public last saw change.
    public_version      BIGINT,
    working_revision    INTEGER NOT NULL,
    published_revision  INTEGER,
    first_published_on  DATE,
    source_url          TEXT,
    source_published_on DATE,
    withdrawn_at        TIMESTAMP,
    withdrawn_reason    TEXT,
    created_at          TIMESTAMP NOT NULL,
    updated_at          TIMESTAMP NOT NULL,
    UNIQUE (agency_id, year, scope)
);
CREATE INDEX reports_year ON reports (year, id);

CREATE TABLE revisions (
    report_id    TEXT NOT NULL REFERENCES reports (id),
    number       INTEGER NOT NULL,
    state        TEXT NOT NULL,
    round        INTEGER NOT NULL,
    form         TEXT NOT NULL,
    -- Flat JSON array in form order: whole numbers, 万元 in millionths, null.
    cells        TEXT NOT NULL,
    -- JSON object, section key to {text, version, updated_at, declared_zero}; an absent key is a section taken out.
    texts        TEXT NOT NULL,
    title        TEXT,
    signed_by    TEXT,
    signed_on    DATE,
    index_number TEXT,
    -- The agency's name when the revision was filed.
    agency_name  TEXT NOT NULL,
    digest       TEXT NOT NULL,
    reason       TEXT,
    -- JSON array of the persons who wrote content, imported or submitted.
    authors      TEXT NOT NULL,
    submitted_by TEXT,
    submitted_at TIMESTAMP,
    published_at TIMESTAMP,
    created_at   TIMESTAMP NOT NULL,
    updated_at   TIMESTAMP NOT NULL,
    PRIMARY KEY (report_id, number)
);
CREATE INDEX revisions_state ON revisions (state, report_id);

CREATE TABLE transitions (
    id          TEXT NOT NULL PRIMARY KEY,
    report_id   TEXT NOT NULL REFERENCES reports (id),
    position    INTEGER NOT NULL,
    revision    INTEGER NOT NULL,
    round       INTEGER NOT NULL,
    action      TEXT NOT NULL,
    from_state  TEXT NOT NULL,
    to_state    TEXT NOT NULL,
    person_id   TEXT NOT NULL,
    person_name TEXT NOT NULL,
    role        TEXT NOT NULL,
    comment     TEXT,
    digest      TEXT NOT NULL,
    at          TIMESTAMP NOT NULL,
    UNIQUE (report_id, position)
);

CREATE TABLE audit (
    seq         BIGINT NOT NULL PRIMARY KEY,
    at          TEXT NOT NULL,
    person_id   TEXT,
    person_name TEXT,
    action      TEXT NOT NULL,
    agency_id   TEXT,
    report_id   TEXT,
    detail      TEXT NOT NULL,
    request_id  TEXT NOT NULL,
    prev_hash   TEXT NOT NULL,
    hash        TEXT NOT NULL
);
CREATE INDEX audit_report ON audit (report_id, seq);
CREATE INDEX audit_agency ON audit (agency_id, seq);
CREATE INDEX audit_person ON audit (person_id, seq);

CREATE TABLE changes (
    seq       BIGINT NOT NULL PRIMARY KEY,
    type      TEXT NOT NULL,
    report_id TEXT NOT NULL,
    agency_id TEXT NOT NULL,
    year      INTEGER NOT NULL,
    revision  INTEGER NOT NULL,
    at        TIMESTAMP NOT NULL
);

CREATE TABLE idempotency (
    scope       TEXT NOT NULL PRIMARY KEY,
    body_digest TEXT NOT NULL,
    status      INTEGER NOT NULL,
    headers     TEXT NOT NULL,
    body        TEXT NOT NULL,
    at          TIMESTAMP NOT NULL
);
CREATE INDEX idempotency_at ON idempotency (at);

-- What each place of a stored vector is; written by the program from its forms.
CREATE TABLE form_cells (
    form         TEXT NOT NULL,
    position     INTEGER NOT NULL,
    section      TEXT NOT NULL,
    row_key      TEXT NOT NULL,
    column_key   TEXT NOT NULL,
    row_label    TEXT NOT NULL,
    column_label TEXT NOT NULL,
    unit         TEXT NOT NULL,
    scale        INTEGER NOT NULL,
    PRIMARY KEY (form, position)
);

CREATE TRIGGER audit_is_append_only_update BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;
CREATE TRIGGER audit_is_append_only_delete BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;

-- For auditors: one row per cell of every revision; value / scale is the figure.
CREATE VIEW report_cells AS
SELECT r.agency_id, r.year, r.scope, v.report_id, v.number AS revision, v.state,
       f.section, f.row_key, f.column_key, f.row_label, f.column_label, f.unit, f.scale,
       c.value AS value
FROM revisions v
JOIN reports r ON r.id = v.report_id
JOIN json_each(v.cells) c
JOIN form_cells f ON f.form = v.form AND f.position = c.key;

INSERT INTO ledger (id, change_seq, audit_seq, audit_head, epoch)
VALUES (1, 0, 0, '0000000000000000000000000000000000000000000000000000000000000000', lower(hex(randomblob(16))));
