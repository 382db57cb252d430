-- A step that takes away what older programs need says here which: those that do not know step N. They refuse to start,
-- and take no more writes if they run. Such a step begins with the line "-- excludes before N" and sets this.
ALTER TABLE ledger ADD COLUMN excludes_before INTEGER NOT NULL DEFAULT 0;
