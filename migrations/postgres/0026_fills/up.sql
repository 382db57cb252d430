-- Up to which row what a step leaves to be filled is filled; a fill that is done has no row any more
-- (src/storage/fills.rs).
ALTER TABLE positions ADD COLUMN key TEXT COLLATE "C";

INSERT INTO positions (name, seq, key) VALUES ('fill.search_revisions', 0, ''), ('fill.timeliness', 0, '');
