DROP TABLE shared_keys;
DROP TABLE suppressions;
DROP TABLE set_aside;
ALTER TABLE search_documents DROP COLUMN revision;
