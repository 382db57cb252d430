-- Reports are listed by when they were begun without being sorted.
CREATE INDEX reports_created ON reports (created_at, id, year);
