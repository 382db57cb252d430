-- As whom an identity provider knows somebody: bound once, to one person.
CREATE TABLE subjects (
    person_id TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES persons (id),
    issuer    TEXT COLLATE "C" NOT NULL,
    subject   TEXT COLLATE "C" NOT NULL,
    at        TIMESTAMP NOT NULL,
    UNIQUE (issuer, subject)
);
