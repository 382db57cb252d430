-- Full text over published narratives: the texts, and an index over their bigrams.
CREATE TABLE search_documents (
    row_id    BIGINT NOT NULL PRIMARY KEY,
    report_id TEXT NOT NULL REFERENCES reports (id),
    section   TEXT NOT NULL,
    text      TEXT NOT NULL
);
CREATE INDEX search_documents_report ON search_documents (report_id);
CREATE VIRTUAL TABLE search_index USING fts5 (tokens, tokenize = 'ascii');
