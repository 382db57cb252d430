-- The same by when it last changed.
CREATE INDEX revisions_shown_by_update ON revisions (updated_at, report_id, year) WHERE published_at IS NOT NULL;
