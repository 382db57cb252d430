ALTER TABLE sums DROP COLUMN archived;
ALTER TABLE reports DROP COLUMN hidden_at;
ALTER TABLE reports DROP COLUMN timeliness;
DROP TABLE instances;
DROP TABLE review_settings;
