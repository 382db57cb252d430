DROP INDEX reports_created;
