-- By what a narrative that is nearly the same is found: hashes of parts of its sketch, some of which copies share.
CREATE TABLE search_sketches (
    row_id BIGINT NOT NULL REFERENCES search_documents (row_id),
    band   TEXT NOT NULL,
    PRIMARY KEY (row_id, band)
);
CREATE INDEX search_sketches_band ON search_sketches (band);

-- The index is made anew, with its sketches.
UPDATE positions SET seq = 0 WHERE name = 'search';
