-- Reports are listed by when they were begun without being sorted.
CREATE INDEX CONCURRENTLY reports_created ON reports (created_at, id, year);
