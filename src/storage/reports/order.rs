//! By what the rows of a list of reports stand in order, and which way through the tables it is made.

use crate::domain::agency::AgencyPath;
use crate::domain::page::{Page, SortKey};
use crate::domain::report::{ReportFilter, ReportOrder};
use crate::storage::connection::AnyConnection;
use crate::storage::dsl::{Fragment, Ordered, below, text_or, time_or, unindexed};
use crate::storage::prepared::Prepare;
use crate::storage::schema::{agencies, reports, revisions};
use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sqlite::Sqlite;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    Id,
    /// The same, of the revision.
    OfReport,
    Year,
    State,
    Name,
    /// When it was published that everybody sees.
    Shown,
    /// When it was published if it was: what was not comes first.
    Published,
    Created,
    Updated,
}

impl Column {
    fn of(order: ReportOrder, public: bool) -> Column {
        match order {
            ReportOrder::Year => Column::Year,
            ReportOrder::Status => Column::State,
            ReportOrder::AgencyName => Column::Name,
            ReportOrder::PublishedAt if public => Column::Shown,
            ReportOrder::PublishedAt => Column::Published,
            ReportOrder::CreatedAt => Column::Created,
            ReportOrder::UpdatedAt => Column::Updated,
        }
    }
}

/// Sorts before every time there is.
fn never() -> NaiveDateTime {
    NaiveDate::from_ymd_opt(1, 1, 1).unwrap_or(NaiveDate::MIN).and_time(NaiveTime::MIN)
}

macro_rules! on_engine {
    ($($engine:ty),+) => {$(
        impl Ordered<$engine> for Column {
            fn column(self, aside: bool) -> Fragment<$engine> {
                match self {
                    Column::Id => Box::new(unindexed(reports::id, aside)),
                    Column::OfReport => Box::new(unindexed(revisions::report_id, aside)),
                    Column::Year => Box::new(unindexed(reports::year, aside)),
                    Column::State => Box::new(unindexed(revisions::state, aside)),
                    // PostgreSQL as well: it takes the names of a place to lie everywhere, and passes through all of them.
                    Column::Name if aside => Box::new(text_or(revisions::agency_name.nullable(), "")),
                    Column::Name => Box::new(revisions::agency_name),
                    Column::Shown => Box::new(unindexed(revisions::published_at, aside)),
                    Column::Published => Box::new(time_or(revisions::published_at, never())),
                    Column::Created => Box::new(unindexed(reports::created_at, aside)),
                    Column::Updated => Box::new(unindexed(revisions::updated_at, aside)),
                }
            }
        }
    )+};
}

on_engine!(Pg, Sqlite);

/// A place with more agencies than this is passed through in the order of the list: the page is full before many
/// reports of other places were passed over.
const SMALL: i64 = 1_000;

/// Which way through the tables a list is made. SQLite is told, by columns whose indexes it shall leave alone, since it
/// does not know how much a filter leaves; PostgreSQL has counted, and chooses for itself.
pub(super) struct Way {
    pub page: Page<Column>,
    /// What breaks ties.
    pub id: Column,
    /// Agency by agency, and then sorted: what the filters leave is little.
    pub few: bool,
    /// In the order of an index of what everybody sees, which stands in the revisions.
    pub by_shown: bool,
}

impl Way {
    /// The way to a page of what everybody sees (`public`), or of drafts as well.
    pub fn to(
        connection: &mut AnyConnection,
        filter: &ReportFilter,
        page: &Page<ReportOrder>,
        public: bool,
    ) -> QueryResult<Way> {
        // What is the same everywhere puts no row before another.
        let differs = |key: &&SortKey<ReportOrder>| match key.order {
            ReportOrder::Status => !public && filter.status.is_none(),
            ReportOrder::Year => filter.year.is_none(),
            _ => true,
        };
        let keys = page.keys.iter().filter(differs).map(|key| SortKey {
            order: Column::of(key.order, public),
            descending: key.descending,
            after: key.after.clone(),
        });
        let page = Page { keys: keys.collect(), after_id: page.after_id.clone(), limit: page.limit };
        let first = page.keys.first().map(|key| key.order);
        let few = are_few(connection, filter, first, public)?;
        let by_shown =
            public && !few && matches!(first, Some(Column::Name | Column::Shown | Column::Updated));
        let by_state = !public && first.is_none() && filter.status.is_some() && filter.year.is_none();
        let id = if by_shown || by_state { Column::OfReport } else { Column::Id };
        Ok(Way { page, id, few, by_shown })
    }

    /// The way to all of them, in no order.
    pub fn to_all(filter: &ReportFilter) -> Way {
        let page = Page { keys: Vec::new(), after_id: None, limit: i64::MAX };
        let few = filter.agency_id.is_some() || filter.within.is_some();
        Way { page, id: Column::Id, few, by_shown: false }
    }

    /// Whether the rows come in this order out of an index.
    pub fn is_by(&self, column: Column) -> bool {
        self.key(column).is_some()
    }

    /// Whether that index is gone through from what a filter bounds them by, below (`down`: above): not where the page
    /// begins behind another, since SQLite takes but one bound.
    pub fn is_from(&self, column: Column, down: bool) -> bool {
        self.key(column).is_some_and(|key| key.descending != down || key.after.is_none())
    }

    fn key(&self, column: Column) -> Option<&SortKey<Column>> {
        self.page.keys.first().filter(|key| !self.few && key.order == column)
    }
}

/// Whether a list is made from the agencies rather than in its order.
fn are_few(
    connection: &mut AnyConnection,
    filter: &ReportFilter,
    first: Option<Column>,
    public: bool,
) -> QueryResult<bool> {
    let Some(place) = filter.within.as_ref().filter(|_| filter.agency_id.is_none()) else {
        return Ok(filter.agency_id.is_some());
    };
    let is_sorted = match first {
        // The names of a place stand together, anywhere.
        Some(Column::Name | Column::State | Column::Published) => true,
        Some(Column::Shown | Column::Updated) => !public,
        _ => false,
    };
    match connection {
        AnyConnection::Postgres(_) => Ok(first == Some(Column::Name) && place.depth() > 1),
        // A root is most of all there is, and better found by its year where all of it is sorted.
        AnyConnection::Sqlite(_) if first.is_some() && (is_sorted || place.depth() == 1) => {
            Ok(place.depth() > 1)
        }
        AnyConnection::Sqlite(sqlite) => {
            let within = agencies::table.filter(below(agencies::path, [place])).select(agencies::path);
            let one_more: Option<AgencyPath> =
                within.offset(SMALL).limit(1).prepared().get_result(sqlite).optional()?;
            Ok(one_more.is_none())
        }
    }
}
