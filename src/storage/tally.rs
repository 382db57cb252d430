//! What is added to the sums and to the counters beside them. In the lane it is gathered, so that a row that many
//! reports of a group count in is read and written once for all of them.
//!
//! Whoever reads the sums in the lane has what is gathered written first ([`settle`]).

use super::prepared::Prepare;
use super::progress::ProgressRow;
use super::schema::sums;
use super::sums::{StoredSum, SumRow};
use super::{AnyConnection, StorageError, Stored};
use crate::domain::statistics::{Progress, Sum};
use diesel::prelude::*;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Most rows that are gathered before they are written.
const MOST: usize = 512;
/// Rows written by one statement where it goes over a network.
const TOGETHER: usize = 64;

/// What names a row of the sums.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub year: i32,
    pub node: String,
    pub form: String,
    pub level: String,
    pub kind: String,
}

/// What is added to a row.
#[derive(Debug, Clone, Default)]
pub(super) struct Difference {
    pub progress: Progress,
    pub sum: Option<Sum>,
}

impl Difference {
    fn merge(&mut self, other: Difference) -> Stored<()> {
        self.progress.merge(&other.progress, 1);
        match (&mut self.sum, other.sum) {
            (Some(sum), Some(other)) => sum.merge(&other, 1)?,
            (sum @ None, other) => *sum = other,
            (Some(_), None) => {}
        }
        Ok(())
    }
}

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = sums, treat_none_as_default_value = false)]
struct Row {
    #[diesel(embed)]
    sum: SumRow,
    #[diesel(embed)]
    counters: ProgressRow,
}

impl Row {
    fn empty(key: Key) -> Row {
        let Key { year, node, form, level, kind } = key;
        let sum = SumRow {
            year,
            node,
            form,
            level,
            kind,
            reports: 0,
            cells: String::new(),
            present: String::new(),
        };
        Row { sum, counters: ProgressRow::from(&Progress::default()) }
    }

    fn key(&self) -> Key {
        let SumRow { year, node, form, level, kind, .. } = &self.sum;
        let (form, level, kind) = (form.clone(), level.clone(), kind.clone());
        Key { year: *year, node: node.clone(), form, level, kind }
    }

    /// The row with something more; `None`: it counts nothing any more.
    fn plus(self, difference: Difference) -> Stored<Option<Row>> {
        let mut progress = Progress::from(self.counters);
        progress.merge(&difference.progress, 1);
        let sum = match difference.sum {
            Some(more) => {
                let year = self.sum.year;
                let mut stored = StoredSum::try_from(self.sum)?;
                stored.sum.merge(&more, 1)?;
                SumRow::of(year, &stored)
            }
            None => self.sum,
        };
        let counts = sum.reports != 0 || progress.expected != 0;
        Ok(counts.then(|| Row { sum, counters: ProgressRow::from(&progress) }))
    }
}

/// Differences by row.
#[derive(Debug, Clone, Default)]
struct Tally(BTreeMap<Key, Difference>);

impl Tally {
    fn merge(&mut self, other: Tally) -> Stored<()> {
        other.0.into_iter().try_for_each(|(key, difference)| self.0.entry(key).or_default().merge(difference))
    }

    fn write(self, connection: &mut AnyConnection) -> Stored<()> {
        let mut there = self.read(connection)?;
        let mut changed = Vec::with_capacity(self.0.len());
        for (key, difference) in self.0 {
            let row = there.remove(&key);
            let was = row.is_some();
            match row.unwrap_or_else(|| Row::empty(key.clone())).plus(difference)? {
                Some(row) => changed.push(row),
                None if was => delete(connection, &key)?,
                None => {}
            }
        }
        Ok(upsert(connection, &changed)?)
    }

    /// The rows as they stand.
    fn read(&self, connection: &mut AnyConnection) -> QueryResult<BTreeMap<Key, Row>> {
        let mut rows: Vec<Row> = Vec::with_capacity(self.0.len());
        match connection {
            AnyConnection::Sqlite(connection) => {
                for key in self.0.keys() {
                    let one = sums::table.find((key.year, &key.node, &key.form, &key.level, &key.kind));
                    rows.extend(one.select(Row::as_select()).prepared().load::<Row>(connection)?);
                }
            }
            AnyConnection::Postgres(connection) => {
                let mut nodes: BTreeMap<i32, Vec<&str>> = BTreeMap::new();
                for key in self.0.keys() {
                    let of_year = nodes.entry(key.year).or_default();
                    if of_year.last() != Some(&key.node.as_str()) {
                        of_year.push(&key.node);
                    }
                }
                // By node alone, and sorted out here: with more conditions PostgreSQL would walk the whole year.
                for (year, nodes) in nodes {
                    let those = sums::table.filter(sums::year.eq(year).and(sums::node.eq_any(nodes)));
                    rows.extend(those.select(Row::as_select()).prepared().load::<Row>(connection)?);
                }
            }
        }
        Ok(rows.into_iter().map(|row| (row.key(), row)).collect())
    }
}

fn delete(connection: &mut AnyConnection, key: &Key) -> QueryResult<()> {
    let one = sums::table.find((key.year, &key.node, &key.form, &key.level, &key.kind));
    on_each!(connection, |c| diesel::delete(one).prepared().execute(c)).map(|_| ())
}

fn upsert(connection: &mut AnyConnection, rows: &[Row]) -> QueryResult<()> {
    use diesel::upsert::excluded;
    macro_rules! written {
        ($values:expr, $connection:expr) => {
            diesel::insert_into(sums::table)
                .values($values)
                .on_conflict((sums::year, sums::node, sums::form, sums::level, sums::kind))
                .do_update()
                .set((
                    sums::reports.eq(excluded(sums::reports)),
                    sums::cells.eq(excluded(sums::cells)),
                    sums::present.eq(excluded(sums::present)),
                    sums::expected.eq(excluded(sums::expected)),
                    sums::draft.eq(excluded(sums::draft)),
                    sums::in_review.eq(excluded(sums::in_review)),
                    sums::approved.eq(excluded(sums::approved)),
                    sums::published.eq(excluded(sums::published)),
                    sums::on_time.eq(excluded(sums::on_time)),
                    sums::archived.eq(excluded(sums::archived)),
                ))
                .prepared()
                .execute($connection)
                .map(|_| ())
        };
    }
    match connection {
        AnyConnection::Postgres(connection) => {
            rows.chunks(TOGETHER).try_for_each(|rows| written!(rows, connection))
        }
        AnyConnection::Sqlite(connection) => rows.iter().try_for_each(|row| written!(row, connection)),
    }
}

/// What a group gathers.
#[derive(Default)]
struct Lane {
    /// Of the jobs that are kept.
    group: Tally,
    /// Of the one that runs.
    job: Tally,
    /// That job has written what its group had gathered: undone with it, it is still to be written.
    is_written: bool,
}

thread_local! {
    static LANE: RefCell<Option<Lane>> = const { RefCell::new(None) };
}

/// While this lives, what this thread adds is gathered.
pub(super) struct Gathering(());

impl Drop for Gathering {
    fn drop(&mut self) {
        LANE.set(None);
    }
}

pub(super) fn gather() -> Gathering {
    LANE.set(Some(Lane::default()));
    Gathering(())
}

fn in_lane<T>(take: impl FnOnce(&mut Lane) -> T) -> Option<T> {
    LANE.with_borrow_mut(|lane| lane.as_mut().map(take))
}

/// The job that has run is kept.
pub(super) fn keep(connection: &mut AnyConnection) -> Stored<()> {
    let many = in_lane(|lane| {
        if std::mem::take(&mut lane.is_written) {
            lane.group = Tally::default();
        }
        lane.group.merge(std::mem::take(&mut lane.job))?;
        let is_many = lane.group.0.len() >= MOST;
        Ok::<_, StorageError>(is_many.then(|| std::mem::take(&mut lane.group)))
    });
    many.transpose()?.flatten().map_or(Ok(()), |many| many.write(connection))
}

/// The job that has run is undone.
pub(super) fn undo() {
    in_lane(|lane| (lane.job, lane.is_written) = (Tally::default(), false));
}

/// Writes what is gathered.
pub(super) fn settle(connection: &mut AnyConnection) -> Stored<()> {
    let gathered = in_lane(|lane| {
        let mut all = if lane.is_written { Tally::default() } else { lane.group.clone() };
        lane.is_written = true;
        all.merge(std::mem::take(&mut lane.job)).map(|()| all)
    });
    gathered.transpose()?.map_or(Ok(()), |gathered| gathered.write(connection))
}

/// Adds the same to some rows: outside of the lane at once.
pub(super) fn add(
    connection: &mut AnyConnection,
    year: i32,
    nodes: &[String],
    (form, level, kind): (&str, &str, &str),
    difference: &Difference,
) -> Stored<()> {
    let key = |node: &String| Key {
        year,
        node: node.clone(),
        form: form.to_owned(),
        level: level.to_owned(),
        kind: kind.to_owned(),
    };
    let mut added = Some(Tally(nodes.iter().map(|node| (key(node), difference.clone())).collect()));
    let held = in_lane(|lane| {
        let all = lane.job.merge(added.take().unwrap_or_default());
        all.map(|()| lane.job.0.len())
    });
    match (added, held.transpose()?) {
        (Some(added), _) => added.write(connection),
        (None, Some(held)) if held >= MOST => settle(connection),
        (None, _) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::form;
    use crate::storage::migrate;
    use diesel::connection::SimpleConnection;
    use proptest::prelude::*;

    /// One job: to which nodes it adds (or takes away again), whether it reads in between, and whether it is kept.
    #[derive(Debug, Clone)]
    struct Job {
        nodes: Vec<u8>,
        reads: bool,
        kept: bool,
    }

    fn jobs() -> impl Strategy<Value = Vec<Vec<Job>>> {
        let job = (proptest::collection::vec(0_u8..4, 1..4), any::<bool>(), any::<bool>());
        let job = job.prop_map(|(nodes, reads, kept)| Job { nodes, reads, kept });
        proptest::collection::vec(proptest::collection::vec(job, 1..6), 1..4)
    }

    fn database() -> AnyConnection {
        let mut connection =
            AnyConnection::Sqlite(SqliteConnection::establish(":memory:").expect("a database"));
        migrate::run(&mut connection, &mut |_| ()).expect("migrated");
        connection
    }

    fn run(connection: &mut AnyConnection, statement: &str) {
        connection.batch_execute(statement).expect("run");
    }

    fn enter(connection: &mut AnyConnection, node: u8, sign: i64) {
        let mut sum = Sum::empty(form::for_year(2023));
        sum.reports = sign;
        let progress = Progress { expected: sign, published: sign, ..Progress::default() };
        let form = form::for_year(2023).id.as_str();
        let added = Difference { progress, sum: Some(sum) };
        add(connection, 2023, &[String::new(), node.to_string()], (form, "county", "department"), &added)
            .expect("added");
    }

    fn rows(connection: &mut AnyConnection) -> Vec<(String, i64, i64)> {
        on_each!(connection, |c| sums::table
            .select((sums::node, sums::reports, sums::published))
            .order(sums::node)
            .load(c))
        .expect("the rows")
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_gathered_is_what_would_have_been_written_at_once(groups in jobs()) {
            let (mut gathered, mut at_once) = (database(), database());
            for group in groups {
                run(&mut gathered, "BEGIN");
                let gathering = gather();
                for job in &group {
                    run(&mut gathered, "SAVEPOINT job");
                    for (place, node) in job.nodes.iter().enumerate() {
                        enter(&mut gathered, *node, 1);
                        if job.reads && place == 0 {
                            settle(&mut gathered).unwrap();
                        }
                    }
                    if job.kept {
                        keep(&mut gathered).unwrap();
                    } else {
                        undo();
                        run(&mut gathered, "ROLLBACK TO SAVEPOINT job");
                    }
                    run(&mut gathered, "RELEASE SAVEPOINT job");
                }
                settle(&mut gathered).unwrap();
                run(&mut gathered, "COMMIT");
                drop(gathering);
                for node in group.iter().filter(|job| job.kept).flat_map(|job| &job.nodes) {
                    enter(&mut at_once, *node, 1);
                }
            }
            prop_assert_eq!(rows(&mut gathered), rows(&mut at_once));
            for (node, reports, _) in rows(&mut at_once).into_iter().filter(|(node, ..)| !node.is_empty()) {
                (0..reports).for_each(|_| enter(&mut at_once, node.parse().unwrap(), -1));
            }
            prop_assert_eq!(rows(&mut at_once), Vec::new());
        }
    }
}
