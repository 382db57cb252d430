DELETE FROM positions WHERE name = 'fill.revisions_year';
DROP TRIGGER revisions_year ON revisions;
DROP FUNCTION set_revisions_year();
ALTER TABLE revisions DROP COLUMN year;
