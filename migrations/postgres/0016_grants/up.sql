-- Where a grant holds: below its agency or there alone, for reading alone, of some years.

ALTER TABLE grants ADD COLUMN reach TEXT COLLATE "C" NOT NULL DEFAULT 'subtree';
ALTER TABLE grants ADD COLUMN read_only BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE grants ADD COLUMN years_from INTEGER;
ALTER TABLE grants ADD COLUMN years_to INTEGER;
