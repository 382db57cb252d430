ALTER TABLE grants DROP COLUMN years_to;
ALTER TABLE grants DROP COLUMN years_from;
ALTER TABLE grants DROP COLUMN read_only;
ALTER TABLE grants DROP COLUMN reach;
