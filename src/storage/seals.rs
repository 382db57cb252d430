//! What a job of the lane writes of rows that the chain answers for, and the seals made of it.
//!
//! Whatever writes such a row names it here; the thread that runs the job collects the names, so that no operation has
//! to carry them. Before the group is committed the rows are read as they then stand, all in a statement or two, and
//! their seals go into the entries of the jobs that wrote them. Outside of the lane nothing is collected.

use super::guarded::{self, Rows};
use super::{AnyConnection, Stored};
use crate::domain::agency::AgencyPath;
use crate::domain::algorithm::Algorithm;
use crate::domain::audit::guarded::{Guarded, ROSTER};
use crate::domain::audit::seal::{self, Row, Seal, Sealed};
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;

thread_local! {
    static TOUCHED: RefCell<Option<Touched>> = const { RefCell::new(None) };
    /// The columns of the tables; a writer's thread knows one database.
    static LAYOUTS: RefCell<HashMap<&'static str, Rc<Vec<String>>>> = RefCell::default();
}

/// Lines of a year's roster that were written together.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Lines {
    pub year: i32,
    pub within: Option<AgencyPath>,
}

/// The rows that one job wrote.
#[derive(Debug, Default)]
pub(super) struct Touched {
    rows: Vec<(&'static Guarded, String)>,
    lines: Vec<Lines>,
    gone: Vec<(&'static Guarded, String)>,
}

impl Touched {
    /// The same with some more.
    pub fn and(mut self, table: &'static Guarded, keys: impl Iterator<Item = String>) -> Touched {
        self.rows.extend(keys.map(|key| (table, key)));
        self
    }
}

/// Runs a job and gives what it wrote beside its outcome.
pub(super) fn during<T>(job: impl FnOnce() -> T) -> (T, Touched) {
    TOUCHED.set(Some(Touched::default()));
    let outcome = job();
    (outcome, TOUCHED.take().unwrap_or_default())
}

fn note(take: impl FnOnce(&mut Touched)) {
    TOUCHED.with_borrow_mut(|touched| {
        if let Some(touched) = touched {
            take(touched);
        }
    });
}

/// A row was written, or taken away; its key is what names it, parted by `/`.
pub(super) fn wrote(table: &'static Guarded, key: impl Into<String>) {
    note(|touched| touched.rows.push((table, key.into())));
}

/// Lines of a roster were written together.
pub(super) fn wrote_lines(year: i32, within: Option<&AgencyPath>) {
    note(|touched| {
        let lines = Lines { year, within: within.cloned() };
        if !touched.lines.contains(&lines) {
            touched.lines.push(lines);
        }
    });
}

/// Rows are about to be taken away together: asked of the table while they are there.
pub(super) fn vanishing(connection: &mut AnyConnection, table: &'static Guarded, rows: &Rows) -> Stored<()> {
    if !TOUCHED.with_borrow(Option::is_some) {
        return Ok(());
    }
    let columns = layout(connection, table)?;
    let mut keys = Vec::new();
    guarded::each(connection, table, &columns, Some(rows), |key, _| keys.push((table, key)))?;
    note(|touched| touched.gone.extend(keys));
    Ok(())
}

fn layout(connection: &mut AnyConnection, table: &'static Guarded) -> Stored<Rc<Vec<String>>> {
    if let Some(known) = LAYOUTS.with_borrow(|layouts| layouts.get(table.table).cloned()) {
        return Ok(known);
    }
    let columns = guarded::columns(connection, table)?;
    LAYOUTS.with_borrow_mut(|layouts| layouts.insert(table.table, Rc::clone(&columns)));
    Ok(columns)
}

/// Most of what one entry keeps, in bytes: what is written of a whole nation stands in many.
const LARGEST: usize = 256 << 10;

/// The seals of each job of a group, each job's in as many texts as they need.
pub(super) fn seals(
    connection: &mut AnyConnection,
    jobs: &[Touched],
    algorithm: Algorithm,
) -> Stored<Vec<Vec<String>>> {
    let wanted: HashSet<(usize, &str)> =
        jobs.iter().flat_map(|job| &job.rows).map(|(table, key)| (table.place(), key.as_str())).collect();
    let mut layouts = BTreeMap::new();
    for (table, _) in jobs.iter().flat_map(|job| job.rows.iter().chain(&job.gone)) {
        layouts.insert(table.place(), (*table, layout(connection, table)?));
    }
    let found = guarded::find(connection, &layouts, wanted)?;
    let mut sealed = Vec::with_capacity(jobs.len());
    for job in jobs {
        let mut texts = Texts { algorithm, ..Texts::default() };
        for (table, key) in &job.gone {
            texts.add(table, &layouts, key, None);
        }
        for lines in &job.lines {
            let columns = layout(connection, &ROSTER)?;
            let of_roster = BTreeMap::from([(ROSTER.place(), (&ROSTER, Rc::clone(&columns)))]);
            let rows = Rows::Lines(lines.clone());
            guarded::each(connection, &ROSTER, &columns, Some(&rows), |key, row| {
                texts.add(&ROSTER, &of_roster, &key, Some(&row));
            })?;
        }
        for (table, key) in &job.rows {
            texts.add(table, &layouts, key, found.get(&(table.place(), key.clone())));
        }
        sealed.push(texts.finish());
    }
    Ok(sealed)
}

/// The tables by their places, with their columns.
pub(super) type Layouts = BTreeMap<usize, (&'static Guarded, Rc<Vec<String>>)>;

/// Seals gathered into texts that are not too long.
#[derive(Default)]
struct Texts {
    algorithm: Algorithm,
    done: Vec<String>,
    tables: BTreeMap<usize, (Sealed, HashSet<String>)>,
    bytes: usize,
}

impl Texts {
    fn add(&mut self, table: &'static Guarded, layouts: &Layouts, key: &str, row: Option<&Row>) {
        let Some((_, columns)) = layouts.get(&table.place()) else { return };
        let seal = row.map_or(Seal::Gone, |row| Seal::of(table, columns, row, self.algorithm));
        let (sealed, keys) = self.tables.entry(table.place()).or_insert_with(|| {
            let of =
                Sealed { table: table.table.to_owned(), columns: columns.as_ref().clone(), rows: Vec::new() };
            (of, HashSet::new())
        });
        // Written twice, it stands once: as it was left.
        if !keys.insert(key.to_owned()) {
            return;
        }
        self.bytes += key.len() + seal.text().len();
        sealed.rows.push((key.to_owned(), seal));
        if self.bytes >= LARGEST {
            self.close();
        }
    }

    fn close(&mut self) {
        let tables = std::mem::take(&mut self.tables);
        if !tables.is_empty() {
            let sealed: Vec<Sealed> = tables.into_values().map(|(sealed, _)| sealed).collect();
            self.done.push(seal::write(&sealed));
        }
        self.bytes = 0;
    }

    fn finish(mut self) -> Vec<String> {
        self.close();
        self.done
    }
}
