-- The year of a revision's report stands in the revision as well, so that the indexes of what everybody sees tell it. Whoever
-- writes a revision, an older program too, has it set; those that are there are filled (src/storage/fills.rs).
ALTER TABLE revisions ADD COLUMN year INTEGER;
CREATE TRIGGER revisions_year AFTER INSERT ON revisions
BEGIN
    UPDATE revisions SET year = (SELECT year FROM reports WHERE id = NEW.report_id)
    WHERE report_id = NEW.report_id AND number = NEW.number;
END;

INSERT INTO positions (name, seq, key) VALUES ('fill.revisions_year', 0, '');
