-- Counters of completeness beside the sums, kept by difference: what each line of a roster is counted as, and how
-- many lines of a level and kind at and below an agency are how far.

ALTER TABLE roster ADD COLUMN counted TEXT;
ALTER TABLE sums ADD COLUMN expected BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sums ADD COLUMN draft BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sums ADD COLUMN in_review BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sums ADD COLUMN approved BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sums ADD COLUMN published BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sums ADD COLUMN on_time BIGINT NOT NULL DEFAULT 0;

UPDATE roster SET counted = CASE WHEN exempt THEN NULL ELSE COALESCE((
    SELECT CASE
        WHEN r.published_revision IS NOT NULL AND r.withdrawn_at IS NULL
            THEN CASE WHEN r.first_published_on <= roster.due_on THEN 'on_time' ELSE 'late' END
        WHEN v.state = 'draft' THEN 'draft'
        WHEN v.state IN ('first_review', 'second_review', 'final_review') THEN 'in_review'
        WHEN v.state = 'approved' THEN 'approved'
    END
    FROM reports r JOIN revisions v ON v.report_id = r.id AND v.number = r.working_revision
    WHERE r.agency_id = roster.agency_id AND r.year = roster.year AND r.scope = roster.scope
), 'missing') END;

INSERT INTO sums (year, node, form, level, kind, reports, cells, present, expected, draft, in_review, approved, published, on_time)
WITH RECURSIVE depths (depth) AS (SELECT 0 UNION ALL SELECT depth + 1 FROM depths WHERE depth < 24)
SELECT s.year, CASE WHEN d.depth = 0 THEN '' ELSE substr(s.path, 37 * d.depth - 36, 36) END AS node,
    CASE WHEN s.year < 2021 THEN '2019' ELSE '2021' END, s.level, s.kind, 0, '', '',
    COUNT(*),
    SUM(CASE WHEN s.counted = 'draft' THEN 1 ELSE 0 END),
    SUM(CASE WHEN s.counted = 'in_review' THEN 1 ELSE 0 END),
    SUM(CASE WHEN s.counted = 'approved' THEN 1 ELSE 0 END),
    SUM(CASE WHEN s.counted IN ('on_time', 'late') THEN 1 ELSE 0 END),
    SUM(CASE WHEN s.counted = 'on_time' THEN 1 ELSE 0 END)
FROM roster s JOIN depths d ON length(s.path) >= 37 * d.depth
WHERE s.counted IS NOT NULL
GROUP BY 1, 2, 3, 4, 5
ON CONFLICT (year, node, form, level, kind) DO UPDATE SET
    expected = excluded.expected, draft = excluded.draft, in_review = excluded.in_review,
    approved = excluded.approved, published = excluded.published, on_time = excluded.on_time;
