-- Full text over published narratives: the texts, and an index over their bigrams.
CREATE TABLE search_documents (
    row_id    BIGINT NOT NULL PRIMARY KEY,
    report_id TEXT COLLATE "C" NOT NULL REFERENCES reports (id),
    section   TEXT COLLATE "C" NOT NULL,
    text      TEXT COLLATE "C" NOT NULL
);
CREATE INDEX search_documents_report ON search_documents (report_id);
CREATE TABLE search_index (
    row_id BIGINT NOT NULL PRIMARY KEY REFERENCES search_documents (row_id) ON DELETE CASCADE,
    tokens TSVECTOR NOT NULL
);
CREATE INDEX search_index_tokens ON search_index USING gin (tokens);
