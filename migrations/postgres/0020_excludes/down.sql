ALTER TABLE ledger DROP COLUMN excludes_before;
