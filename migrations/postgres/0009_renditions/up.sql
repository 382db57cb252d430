-- What the public reads of a report, rendered; good only while what it was rendered from is as it was.
CREATE TABLE renditions (
    report_id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    -- What it was rendered from: the revision, the version readers see, and what stands around it.
    revision  INTEGER NOT NULL,
    version   BIGINT NOT NULL,
    due_on    DATE NOT NULL,
    -- Empty: the agency had none.
    uscc      TEXT COLLATE "C" NOT NULL,
    -- By which program: another one may say it in another way.
    program   TEXT COLLATE "C" NOT NULL,
    -- What of the tag tells apart what stands around.
    around    TEXT COLLATE "C" NOT NULL,
    modified  TIMESTAMP NOT NULL,
    -- The report as JSON, byte for byte what is sent.
    body      TEXT COLLATE "C" NOT NULL
);
CREATE INDEX renditions_program ON renditions (program);

INSERT INTO positions (name, seq) VALUES ('renditions', 0);
