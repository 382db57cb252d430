-- Acts that leave their trace: how reviews are held, which instances run, what was loaded, what was discarded.

-- How reviews are held here; the configuration only says how it is first.
CREATE TABLE review_settings (
    id                   SMALLINT NOT NULL PRIMARY KEY,
    stages               INTEGER NOT NULL,
    separation_of_duties BOOLEAN NOT NULL,
    version              BIGINT NOT NULL,
    updated_at           TIMESTAMP NOT NULL
);

-- Instances of the service and by what they work; one that ends in order takes its row away.
CREATE TABLE instances (
    id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    version    TEXT COLLATE "C" NOT NULL,
    settings   TEXT COLLATE "C" NOT NULL,
    rules      TEXT COLLATE "C" NOT NULL,
    lexicons   TEXT COLLATE "C" NOT NULL,
    limits     TEXT COLLATE "C" NOT NULL,
    started_at TIMESTAMP NOT NULL,
    seen_at    TIMESTAMP NOT NULL
);

-- Whether it was on time, as it stood when it was first published; later edits of the roster change nothing about it.
ALTER TABLE reports ADD COLUMN timeliness TEXT COLLATE "C";
-- A discarded report that others had to do with: hidden, and its place (agency, year, scope) free again.
ALTER TABLE reports ADD COLUMN hidden_at TIMESTAMP;

UPDATE reports SET timeliness = CASE
    WHEN EXISTS (SELECT 1 FROM transitions t WHERE t.report_id = reports.id AND t.action = 'archive') THEN 'archived'
    WHEN first_published_on <= COALESCE(
        (SELECT s.due_on FROM roster s WHERE s.agency_id = reports.agency_id AND s.year = reports.year
            AND s.scope = reports.scope),
        (SELECT CASE WHEN reports.scope = 'consolidated' AND a.level <> 'township' THEN y.government_due_on
            ELSE y.department_due_on END FROM agencies a, years y WHERE a.id = reports.agency_id AND y.year = reports.year)
    ) THEN 'on_time'
    ELSE 'late' END
WHERE first_published_on IS NOT NULL;

-- Reports of past years that were loaded count as published, neither on time nor late.
ALTER TABLE sums ADD COLUMN archived BIGINT NOT NULL DEFAULT 0;

UPDATE roster SET counted = 'archived' WHERE counted IN ('on_time', 'late') AND EXISTS (
    SELECT 1 FROM reports r WHERE r.agency_id = roster.agency_id AND r.year = roster.year AND r.scope = roster.scope
        AND r.timeliness = 'archived');

INSERT INTO sums (year, node, form, level, kind, reports, cells, present, expected, on_time, archived)
WITH RECURSIVE depths (depth) AS (SELECT 0 UNION ALL SELECT depth + 1 FROM depths WHERE depth < 24)
SELECT s.year, CASE WHEN d.depth = 0 THEN '' ELSE substr(s.path, 37 * d.depth - 36, 36) END AS node,
    CASE WHEN s.year < 2021 THEN '2019' ELSE '2021' END, s.level, s.kind, 0, '', '',
    COUNT(*),
    SUM(CASE WHEN s.counted = 'on_time' THEN 1 ELSE 0 END),
    SUM(CASE WHEN s.counted = 'archived' THEN 1 ELSE 0 END)
FROM roster s JOIN depths d ON length(s.path) >= 37 * d.depth
WHERE s.counted IS NOT NULL
GROUP BY 1, 2, 3, 4, 5
ON CONFLICT (year, node, form, level, kind) DO UPDATE SET on_time = excluded.on_time, archived = excluded.archived;
