-- The spine: registry, years, roster, people, reports and their revisions, and the ledger
-- that every write holds. Both engines have the same columns; see src/storage/schema.rs.

CREATE TABLE ledger (
    id          SMALLINT NOT NULL PRIMARY KEY CHECK (id = 1),
    change_seq  BIGINT   NOT NULL,
    audit_seq   BIGINT   NOT NULL,
    audit_head  TEXT COLLATE "C"     NOT NULL,
    epoch       TEXT COLLATE "C"     NOT NULL
);

CREATE TABLE agencies (
    id            TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name          TEXT COLLATE "C" NOT NULL,
    short_name    TEXT COLLATE "C",
    uscc          TEXT COLLATE "C",
    level         TEXT COLLATE "C" NOT NULL,
    kind          TEXT COLLATE "C" NOT NULL,
    division_code TEXT COLLATE "C",
    parent_id     TEXT COLLATE "C" REFERENCES agencies (id),
    path          TEXT COLLATE "C" NOT NULL,
    status        TEXT COLLATE "C" NOT NULL,
    valid_from    DATE,
    valid_to      DATE,
    successor_id  TEXT COLLATE "C" REFERENCES agencies (id),
    address       TEXT COLLATE "C",
    postcode      TEXT COLLATE "C",
    phone         TEXT COLLATE "C",
    email         TEXT COLLATE "C",
    website       TEXT COLLATE "C",
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
    format            TEXT COLLATE "C" NOT NULL,
    state             TEXT COLLATE "C" NOT NULL,
    period_start      DATE NOT NULL,
    period_end        DATE NOT NULL,
    department_due_on DATE NOT NULL,
    government_due_on DATE NOT NULL,
    note              TEXT COLLATE "C",
    version           BIGINT NOT NULL,
    created_at        TIMESTAMP NOT NULL,
    updated_at        TIMESTAMP NOT NULL
);

-- 应报名单: one row per report due; follows the registry until the year closes.
CREATE TABLE roster (
    year      INTEGER NOT NULL REFERENCES years (year),
    agency_id TEXT COLLATE "C" NOT NULL REFERENCES agencies (id),
    scope     TEXT COLLATE "C" NOT NULL,
    path      TEXT COLLATE "C" NOT NULL,
    level     TEXT COLLATE "C" NOT NULL,
    kind      TEXT COLLATE "C" NOT NULL,
    name      TEXT COLLATE "C" NOT NULL,
    due_on    DATE NOT NULL,
    exempt    BOOLEAN NOT NULL,
    reason    TEXT COLLATE "C",
    PRIMARY KEY (year, agency_id, scope)
);
CREATE INDEX roster_path ON roster (year, path);
CREATE INDEX roster_agency ON roster (agency_id);

CREATE TABLE persons (
    id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name       TEXT COLLATE "C" NOT NULL,
    agency_id  TEXT COLLATE "C" REFERENCES agencies (id),
    created_at TIMESTAMP NOT NULL
);

CREATE TABLE tokens (
    id          TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    person_id   TEXT COLLATE "C" NOT NULL REFERENCES persons (id),
    name        TEXT COLLATE "C" NOT NULL,
    secret_hash TEXT COLLATE "C" NOT NULL UNIQUE,
    expires_at  TIMESTAMP,
    revoked_at  TIMESTAMP,
    version     BIGINT NOT NULL,
    created_at  TIMESTAMP NOT NULL,
    updated_at  TIMESTAMP NOT NULL
);
CREATE INDEX tokens_person ON tokens (person_id);

CREATE TABLE grants (
    token_id  TEXT COLLATE "C" NOT NULL REFERENCES tokens (id),
    position  INTEGER NOT NULL,
    role      TEXT COLLATE "C" NOT NULL,
    agency_id TEXT COLLATE "C" REFERENCES agencies (id),
    stage     TEXT COLLATE "C",
    PRIMARY KEY (token_id, position)
);
CREATE INDEX grants_agency ON grants (agency_id);

CREATE TABLE reports (
    id                  TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    agency_id           TEXT COLLATE "C" NOT NULL REFERENCES agencies (id),
    year                INTEGER NOT NULL REFERENCES years (year),
    scope               TEXT COLLATE "C" NOT NULL,
    -- Counts content and state; the number in every ETag of the report.
    version             BIGINT NOT NULL,
    -- The version the public last saw change.
    public_version      BIGINT,
    working_revision    INTEGER NOT NULL,
    published_revision  INTEGER,
    first_published_on  DATE,
    source_url          TEXT COLLATE "C",
    source_published_on DATE,
    withdrawn_at        TIMESTAMP,
    withdrawn_reason    TEXT COLLATE "C",
    created_at          TIMESTAMP NOT NULL,
    updated_at          TIMESTAMP NOT NULL,
    UNIQUE (agency_id, year, scope)
);
CREATE INDEX reports_year ON reports (year, id);

CREATE TABLE revisions (
    report_id    TEXT COLLATE "C" NOT NULL REFERENCES reports (id),
    number       INTEGER NOT NULL,
    state        TEXT COLLATE "C" NOT NULL,
    round        INTEGER NOT NULL,
    form         TEXT COLLATE "C" NOT NULL,
    -- Flat JSON array in form order: whole numbers, 万元 in millionths, null.
    cells        TEXT COLLATE "C" NOT NULL,
    -- JSON object, section key to {text, version, updated_at, declared_zero}; an absent key is a section taken out.
    texts        TEXT COLLATE "C" NOT NULL,
    title        TEXT COLLATE "C",
    signed_by    TEXT COLLATE "C",
    signed_on    DATE,
    index_number TEXT COLLATE "C",
    -- The agency's name when the revision was filed.
    agency_name  TEXT COLLATE "C" NOT NULL,
    digest       TEXT COLLATE "C" NOT NULL,
    reason       TEXT COLLATE "C",
    -- JSON array of the persons who wrote content, imported or submitted.
    authors      TEXT COLLATE "C" NOT NULL,
    submitted_by TEXT COLLATE "C",
    submitted_at TIMESTAMP,
    published_at TIMESTAMP,
    created_at   TIMESTAMP NOT NULL,
    updated_at   TIMESTAMP NOT NULL,
    PRIMARY KEY (report_id, number)
);
CREATE INDEX revisions_state ON revisions (state, report_id);

CREATE TABLE transitions (
    id          TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    report_id   TEXT COLLATE "C" NOT NULL REFERENCES reports (id),
    position    INTEGER NOT NULL,
    revision    INTEGER NOT NULL,
    round       INTEGER NOT NULL,
    action      TEXT COLLATE "C" NOT NULL,
    from_state  TEXT COLLATE "C" NOT NULL,
    to_state    TEXT COLLATE "C" NOT NULL,
    person_id   TEXT COLLATE "C" NOT NULL,
    person_name TEXT COLLATE "C" NOT NULL,
    role        TEXT COLLATE "C" NOT NULL,
    comment     TEXT COLLATE "C",
    digest      TEXT COLLATE "C" NOT NULL,
    at          TIMESTAMP NOT NULL,
    UNIQUE (report_id, position)
);

CREATE TABLE audit (
    seq         BIGINT NOT NULL PRIMARY KEY,
    at          TEXT COLLATE "C" NOT NULL,
    person_id   TEXT COLLATE "C",
    person_name TEXT COLLATE "C",
    action      TEXT COLLATE "C" NOT NULL,
    agency_id   TEXT COLLATE "C",
    report_id   TEXT COLLATE "C",
    detail      TEXT COLLATE "C" NOT NULL,
    request_id  TEXT COLLATE "C" NOT NULL,
    prev_hash   TEXT COLLATE "C" NOT NULL,
    hash        TEXT COLLATE "C" NOT NULL
);
CREATE INDEX audit_report ON audit (report_id, seq);
CREATE INDEX audit_agency ON audit (agency_id, seq);
CREATE INDEX audit_person ON audit (person_id, seq);

CREATE TABLE changes (
    seq       BIGINT NOT NULL PRIMARY KEY,
    type      TEXT COLLATE "C" NOT NULL,
    report_id TEXT COLLATE "C" NOT NULL,
    agency_id TEXT COLLATE "C" NOT NULL,
    year      INTEGER NOT NULL,
    revision  INTEGER NOT NULL,
    at        TIMESTAMP NOT NULL
);

CREATE TABLE idempotency (
    scope       TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    body_digest TEXT COLLATE "C" NOT NULL,
    status      INTEGER NOT NULL,
    headers     TEXT COLLATE "C" NOT NULL,
    body        TEXT COLLATE "C" NOT NULL,
    at          TIMESTAMP NOT NULL
);
CREATE INDEX idempotency_at ON idempotency (at);

-- What each place of a stored vector is; written by the program from its forms.
CREATE TABLE form_cells (
    form         TEXT COLLATE "C" NOT NULL,
    position     INTEGER NOT NULL,
    section      TEXT COLLATE "C" NOT NULL,
    row_key      TEXT COLLATE "C" NOT NULL,
    column_key   TEXT COLLATE "C" NOT NULL,
    row_label    TEXT COLLATE "C" NOT NULL,
    column_label TEXT COLLATE "C" NOT NULL,
    unit         TEXT COLLATE "C" NOT NULL,
    scale        INTEGER NOT NULL,
    PRIMARY KEY (form, position)
);

CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'audit is append-only'; END $$;
CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE ON audit
FOR EACH ROW EXECUTE PROCEDURE refuse_audit_change();

-- For auditors: one row per cell of every revision; value / scale is the figure.
CREATE VIEW report_cells AS
SELECT r.agency_id, r.year, r.scope, v.report_id, v.number AS revision, v.state,
       f.section, f.row_key, f.column_key, f.row_label, f.column_label, f.unit, f.scale,
       CAST(c.value AS BIGINT) AS value
FROM revisions v
JOIN reports r ON r.id = v.report_id
CROSS JOIN LATERAL json_array_elements_text(CAST(v.cells AS json)) WITH ORDINALITY AS c (value, place)
JOIN form_cells f ON f.form = v.form AND f.position = c.place - 1;

INSERT INTO ledger (id, change_seq, audit_seq, audit_head, epoch)
VALUES (1, 0, 0, '0000000000000000000000000000000000000000000000000000000000000000', md5(random()::text || clock_timestamp()::text));
