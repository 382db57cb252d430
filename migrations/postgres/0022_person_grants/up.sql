-- What a person may do themselves, however they come in by an identity provider; what a token carries stands in `grants`.
CREATE TABLE person_grants (
    person_id  TEXT COLLATE "C" NOT NULL REFERENCES persons (id),
    position   INTEGER NOT NULL,
    role       TEXT COLLATE "C" NOT NULL,
    agency_id  TEXT COLLATE "C" REFERENCES agencies (id),
    stage      TEXT COLLATE "C",
    reach      TEXT COLLATE "C" NOT NULL,
    read_only  BOOLEAN NOT NULL,
    years_from INTEGER,
    years_to   INTEGER,
    PRIMARY KEY (person_id, position)
);
CREATE INDEX person_grants_by_agency ON person_grants (agency_id);
