-- Changes onward: webhooks with their outbox, one sender at a time, and how far consumers of the changes are.

CREATE TABLE webhooks (
    id            TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    person_id     TEXT COLLATE "C" NOT NULL REFERENCES persons (id),
    url           TEXT COLLATE "C" NOT NULL,
    description   TEXT COLLATE "C",
    -- Needed in clear to sign with; shown once.
    secret        TEXT COLLATE "C" NOT NULL,
    -- JSON array of event types.
    types         TEXT COLLATE "C" NOT NULL,
    -- Only events at this agency and below; NULL: all.
    agency_id     TEXT COLLATE "C" REFERENCES agencies (id),
    state         TEXT COLLATE "C" NOT NULL,
    failing_since TIMESTAMP,
    version       BIGINT NOT NULL,
    created_at    TIMESTAMP NOT NULL,
    updated_at    TIMESTAMP NOT NULL
);
CREATE INDEX webhooks_person ON webhooks (person_id, id);
CREATE INDEX webhooks_agency ON webhooks (agency_id);

-- The outbox: written with the change itself, sent until it is taken or given up.
CREATE TABLE deliveries (
    id          TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    webhook_id  TEXT COLLATE "C" NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    seq         BIGINT NOT NULL,
    type        TEXT COLLATE "C" NOT NULL,
    -- The event as JSON, byte for byte what is signed and sent.
    body        TEXT COLLATE "C" NOT NULL,
    state       TEXT COLLATE "C" NOT NULL,
    attempts    INTEGER NOT NULL,
    next_at     TIMESTAMP NOT NULL,
    last_status INTEGER,
    last_error  TEXT COLLATE "C",
    created_at  TIMESTAMP NOT NULL,
    updated_at  TIMESTAMP NOT NULL
);
CREATE INDEX deliveries_due ON deliveries (state, next_at);
CREATE INDEX deliveries_webhook ON deliveries (webhook_id, id);

-- Who does what only one may do at a time, and until when.
CREATE TABLE leases (
    name   TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    holder TEXT COLLATE "C" NOT NULL,
    until  TIMESTAMP NOT NULL
);

-- Up to which change a consumer has come.
CREATE TABLE positions (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    seq  BIGINT NOT NULL
);
INSERT INTO positions (name, seq) VALUES ('search', 0);
