-- The year of a revision's report stands in the revision as well, so that the indexes of what everybody sees tell it. Whoever
-- writes a revision, an older program too, has it set; those that are there are filled (src/storage/fills.rs).
ALTER TABLE revisions ADD COLUMN year INTEGER;
CREATE FUNCTION set_revisions_year() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN SELECT year INTO NEW.year FROM reports WHERE id = NEW.report_id; RETURN NEW; END $$;
CREATE TRIGGER revisions_year BEFORE INSERT ON revisions
FOR EACH ROW EXECUTE PROCEDURE set_revisions_year();

INSERT INTO positions (name, seq, key) VALUES ('fill.revisions_year', 0, '');
