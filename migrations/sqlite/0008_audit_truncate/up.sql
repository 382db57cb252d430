-- SQLite has no TRUNCATE; a DELETE without WHERE does not pass its trigger by.
SELECT 1;
