-- How many findings each report had when it was last judged: what lists, tasks and jobs read instead of judging.
CREATE TABLE verdicts (
    report_id TEXT NOT NULL PRIMARY KEY,
    -- By which version of the report, and by which rules and words: good only for both.
    version   BIGINT NOT NULL,
    rules     TEXT NOT NULL,
    error     INTEGER NOT NULL,
    warning   INTEGER NOT NULL,
    info      INTEGER NOT NULL,
    explained INTEGER NOT NULL,
    -- A mark of secrecy or personal data is still for a supervisor to answer.
    awaits    BOOLEAN NOT NULL,
    -- Findings and explained ones by rule, as JSON.
    by_rule   TEXT NOT NULL,
    at        TIMESTAMP NOT NULL
);
