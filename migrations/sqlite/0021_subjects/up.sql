-- As whom an identity provider knows somebody: bound once, to one person.
CREATE TABLE subjects (
    person_id TEXT NOT NULL PRIMARY KEY REFERENCES persons (id),
    issuer    TEXT NOT NULL,
    subject   TEXT NOT NULL,
    at        TIMESTAMP NOT NULL,
    UNIQUE (issuer, subject)
);
