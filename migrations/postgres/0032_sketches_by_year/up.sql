-- The parts of a narrative's sketch name its year, so that a template shared by all years is not gone through for one; those
-- that are there are filled (src/storage/fills.rs).
INSERT INTO positions (name, seq, key) VALUES ('fill.sketches', 0, '');
