-- Which cluster the ledger was last written on, on which of its timelines, and whether every acknowledged write was
-- then on a standby as well: what tells, after a fail-over, whether numbers may have been given out that are gone.
ALTER TABLE ledger ADD COLUMN system_id TEXT;
ALTER TABLE ledger ADD COLUMN timeline TEXT;
ALTER TABLE ledger ADD COLUMN synchronous INTEGER;
