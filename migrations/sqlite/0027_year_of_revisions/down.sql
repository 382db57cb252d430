DELETE FROM positions WHERE name = 'fill.revisions_year';
DROP TRIGGER revisions_year;
ALTER TABLE revisions DROP COLUMN year;
