-- Whose an access is: who gave it, whether its person has fetched the secret, who has confirmed the person, until when
-- it lives, from where it may come.

-- A machine is somebody's whose secret was shown to whoever issued it; nobody confirms it.
ALTER TABLE persons ADD COLUMN machine BOOLEAN NOT NULL DEFAULT FALSE;

-- Who issued it by what access of their own; nobody: the command line.
ALTER TABLE tokens ADD COLUMN issued_by TEXT COLLATE "C";
ALTER TABLE tokens ADD COLUMN issued_with TEXT COLLATE "C";
-- Digest of the code by which its person fetches the secret; none: the secret was shown when it was issued.
ALTER TABLE tokens ADD COLUMN code_hash TEXT COLLATE "C";
ALTER TABLE tokens ADD COLUMN code_ends_at TIMESTAMP;
ALTER TABLE tokens ADD COLUMN enrolled_at TIMESTAMP;
ALTER TABLE tokens ADD COLUMN confirmed_by TEXT COLLATE "C";
ALTER TABLE tokens ADD COLUMN confirmed_at TIMESTAMP;
ALTER TABLE tokens ADD COLUMN last_used_at TIMESTAMP;
-- JSON array of networks; none: from anywhere.
ALTER TABLE tokens ADD COLUMN addresses TEXT COLLATE "C";
CREATE UNIQUE INDEX tokens_code ON tokens (code_hash);
-- When they were last used nobody has written down: their idle time counts from here.
UPDATE tokens SET last_used_at = timezone('utc', now()) WHERE revoked_at IS NULL;

-- By whose hand, by what kind of access, and who had issued that; none: the person's own.
ALTER TABLE transitions ADD COLUMN hand_id TEXT COLLATE "C";
ALTER TABLE transitions ADD COLUMN hand_name TEXT COLLATE "C";
ALTER TABLE transitions ADD COLUMN issuer_id TEXT COLLATE "C";
ALTER TABLE transitions ADD COLUMN issuer_name TEXT COLLATE "C";
ALTER TABLE transitions ADD COLUMN sign_in TEXT COLLATE "C";

-- JSON array of [person, hand] of those authors behind whom another stood.
ALTER TABLE revisions ADD COLUMN author_hands TEXT COLLATE "C";
-- JSON object: what the digest covers beside the row; none: it covers figures, texts and heading alone.
ALTER TABLE revisions ADD COLUMN beside TEXT COLLATE "C";
