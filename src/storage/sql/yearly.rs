//! What is written of a whole year at once, set by set: a nation's lines one by one would hold the lane for minutes.

use super::Sql;
use crate::domain::agency::AgencyPath;
use crate::domain::form;
use crate::domain::page::PageValue as Bind;
use crate::storage::dsl::length;
use crate::storage::schema::{roster, sums};
use crate::storage::sums::EVERYTHING;
use crate::storage::tally;
use crate::storage::{AnyConnection, Stored};
use diesel::dsl::max;
use diesel::prelude::*;

const STEP: usize = AgencyPath::STEP;

/// Has the lines of a year call their agencies as the registry does; those settled by hand stay.
pub(in crate::storage) fn follow_registry(connection: &mut AnyConnection, year: i32) -> QueryResult<()> {
    const COLUMNS: [&str; 3] = ["level", "kind", "name"];
    let set = COLUMNS.map(|column| format!("{column} = a.{column}")).join(", ");
    let differs = COLUMNS.map(|column| format!("roster.{column} <> a.{column}")).join(" OR ");
    let mut sql = Sql::new(&format!(
        "UPDATE roster SET {set} FROM agencies a WHERE a.id = roster.agency_id AND ({differs}) \
         AND roster.moved = FALSE AND roster.year = "
    ));
    sql.bind(Bind::Integer(year));
    sql.execute(connection).map(|_| ())
}

/// Counts every node of a year by what its lines are counted as.
pub(in crate::storage) fn count_nodes(connection: &mut AnyConnection, year: i32) -> Stored<()> {
    tally::settle(connection)?;
    diesel::update(sums::table.filter(sums::year.eq(year)))
        .set((
            sums::expected.eq(0),
            sums::draft.eq(0),
            sums::in_review.eq(0),
            sums::approved.eq(0),
            sums::published.eq(0),
            sums::on_time.eq(0),
            sums::archived.eq(0),
        ))
        .execute(connection)?;
    let longest: Option<i32> =
        roster::table.filter(roster::year.eq(year)).select(max(length(roster::path))).first(connection)?;
    let deepest = usize::try_from(longest.unwrap_or_default()).unwrap_or(0) / STEP;
    let counted =
        |those: &str| format!("CAST(SUM(CASE WHEN s.counted IN ({those}) THEN 1 ELSE 0 END) AS BIGINT)");
    let mut sql = Sql::new(&format!(
        "INSERT INTO sums (year, node, form, level, kind, reports, cells, present, \
         expected, draft, in_review, approved, published, on_time, archived) \
         WITH RECURSIVE depths (depth) AS (SELECT 0 UNION ALL SELECT depth + 1 FROM depths WHERE depth < {deepest}) \
         SELECT s.year, CASE WHEN d.depth = 0 THEN '{EVERYTHING}' ELSE substr(s.path, {STEP} * d.depth - {STEP} + 1, {STEP} - 1) END \
         AS place, "
    ));
    sql.push("CAST(").bind_text(form::for_year(year).id.as_str()).push(" AS TEXT)");
    sql.push(&format!(
        ", s.level, s.kind, 0, '', '', COUNT(*), {}, {}, {}, {}, {}, {} FROM roster s \
         JOIN depths d ON length(s.path) >= {STEP} * d.depth WHERE s.counted IS NOT NULL AND s.year = ",
        counted("'draft'"),
        counted("'in_review'"),
        counted("'approved'"),
        counted("'on_time', 'late', 'archived'"),
        counted("'on_time'"),
        counted("'archived'"),
    ));
    sql.bind(Bind::Integer(year));
    sql.push(
        " GROUP BY s.year, place, s.level, s.kind ON CONFLICT (year, node, form, level, kind) DO UPDATE SET \
         expected = excluded.expected, draft = excluded.draft, in_review = excluded.in_review, \
         approved = excluded.approved, published = excluded.published, on_time = excluded.on_time, \
         archived = excluded.archived",
    );
    sql.execute(connection)?;
    let empty = sums::year.eq(year).and(sums::reports.eq(0)).and(sums::expected.eq(0));
    diesel::delete(sums::table.filter(empty)).execute(connection)?;
    Ok(())
}
