-- The same by the name it was published under.
CREATE INDEX revisions_shown_by_name ON revisions (agency_name, report_id, year) WHERE published_at IS NOT NULL;
