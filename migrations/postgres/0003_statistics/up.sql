-- Totals that are always right: what each published own report contributes, and its sum at each agency above it.

-- Exactly what was added for a report: its vector, and where it was counted.
CREATE TABLE contributions (
    report_id TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES reports (id),
    year      INTEGER NOT NULL,
    form      TEXT COLLATE "C" NOT NULL,
    path      TEXT COLLATE "C" NOT NULL,
    level     TEXT COLLATE "C" NOT NULL,
    kind      TEXT COLLATE "C" NOT NULL,
    cells     TEXT COLLATE "C" NOT NULL
);
CREATE INDEX contributions_path ON contributions (year, path);

CREATE TABLE sums (
    year    INTEGER NOT NULL,
    node    TEXT COLLATE "C" NOT NULL,
    form    TEXT COLLATE "C" NOT NULL,
    level   TEXT COLLATE "C" NOT NULL,
    kind    TEXT COLLATE "C" NOT NULL,
    reports BIGINT NOT NULL,
    -- JSON arrays in form order: the sums, and how many reports filled the cell in.
    cells   TEXT COLLATE "C" NOT NULL,
    present TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (year, node, form, level, kind)
);

INSERT INTO contributions (report_id, year, form, path, level, kind, cells)
SELECT r.id, r.year, v.form, COALESCE(s.path, a.path), COALESCE(s.level, a.level), COALESCE(s.kind, a.kind), v.cells
FROM reports r
JOIN revisions v ON v.report_id = r.id AND v.number = r.published_revision
JOIN agencies a ON a.id = r.agency_id
LEFT JOIN roster s ON s.year = r.year AND s.agency_id = r.agency_id AND s.scope = r.scope
WHERE r.scope = 'own' AND r.withdrawn_at IS NULL;
