ALTER TABLE ledger DROP COLUMN synchronous;
ALTER TABLE ledger DROP COLUMN timeline;
ALTER TABLE ledger DROP COLUMN system_id;
