//! Adding everything up anew and comparing: the proof that sums kept by difference are right.

use super::keep::contribution_of;
use crate::domain::digest::sha256_hex;
use crate::domain::form;
use crate::domain::page::Page;
use crate::domain::report::ReportFilter;
use crate::domain::rights::Rights;
use crate::domain::statistics::{Progress, Sum};
use crate::operations::Answer;
use crate::storage::sums::{self, Contribution, EVERYTHING, StoredSum};
use crate::storage::{AnyConnection, StorageError, progress, reports};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// Reports read at once.
const PAGE: i64 = 500;

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Discrepancy {
    /// A report counts otherwise than it is published.
    Report(String),
    /// A node's sum (or how far it is said to be) of one form, level and kind is another.
    Node { node: String, form: String, level: String, kind: String },
}

type Key = (String, String, String, String);

/// What a node's reports add up to, and how far they are.
#[derive(Debug, Clone, PartialEq)]
struct Kept {
    sum: Sum,
    progress: Progress,
}

impl Kept {
    fn nothing(form: &str) -> Answer<Kept> {
        let form = form::by_id(form)
            .ok_or_else(|| StorageError::Malformed { what: "form", value: form.to_owned() })?;
        Ok(Kept { sum: Sum::empty(form), progress: Progress::default() })
    }
}

/// A page of what every published own report of a year contributes, after a report; `None`: no more.
fn page_of(
    connection: &mut AnyConnection,
    year: i32,
    after: &mut Option<String>,
) -> Answer<Option<Vec<Contribution>>> {
    let filter = ReportFilter { year: Some(year), published_only: true, ..ReportFilter::default() };
    let page = Page { keys: Vec::new(), after_id: after.clone(), limit: PAGE };
    let page = reports::list(connection, &Rights::default(), &filter, &page)?;
    let Some(last) = page.last() else { return Ok(None) };
    *after = Some(last.report.id.to_string());
    let mut found = Vec::with_capacity(page.len());
    for whole in &page {
        found.extend(contribution_of(connection, &whole.report, &whole.agency)?);
    }
    Ok(Some(found))
}

/// Every node's sums and counters, added up from the reports and the roster; and the reports that are
/// counted otherwise than they are published.
fn add_up(connection: &mut AnyConnection, year: i32) -> Answer<(BTreeMap<Key, Kept>, Vec<String>)> {
    let mut right: BTreeMap<Key, Kept> = BTreeMap::new();
    let mut wrong = Vec::new();
    let mut stored = contribution_digests(connection, year)?;
    let mut after = None;
    while let Some(page) = page_of(connection, year, &mut after)? {
        for one in page {
            let form = one.figures.form();
            for node in std::iter::once(EVERYTHING).chain(one.path.ids()) {
                let key = (
                    node.to_owned(),
                    form.id.clone(),
                    one.level.as_str().to_owned(),
                    one.kind.as_str().to_owned(),
                );
                let kept = match right.entry(key) {
                    Entry::Occupied(there) => there.into_mut(),
                    Entry::Vacant(place) => place.insert(Kept::nothing(&form.id)?),
                };
                kept.sum.count(&one.figures, 1).map_err(StorageError::from)?;
            }
            if stored.remove(&one.report_id) != Some(digest_of(&one)) {
                wrong.push(one.report_id);
            }
        }
    }
    wrong.extend(stored.into_keys());
    let form = &form::for_year(year).id;
    for line in progress::lines_of_year(connection, year)? {
        let Some(standing) = line.standing else { continue };
        for node in std::iter::once(EVERYTHING).chain(line.path.ids()) {
            let (level, kind) = (line.level.as_str().to_owned(), line.kind.as_str().to_owned());
            let key = (node.to_owned(), form.clone(), level, kind);
            let kept = match right.entry(key) {
                Entry::Occupied(there) => there.into_mut(),
                Entry::Vacant(place) => place.insert(Kept::nothing(form)?),
            };
            kept.progress.merge(&Progress::of(standing), 1);
        }
    }
    Ok((right, wrong))
}

fn digest_of(one: &Contribution) -> String {
    let facts = [one.path.as_str(), one.level.as_str(), one.kind.as_str(), &one.figures.form().id];
    sha256_hex(format!("{} {}", facts.join(" "), one.figures.to_flat()).as_bytes())
}

/// A digest of each stored contribution: a nation's vectors would not fit into memory.
fn contribution_digests(connection: &mut AnyConnection, year: i32) -> Answer<BTreeMap<String, String>> {
    let mut digests = BTreeMap::new();
    let mut after = String::new();
    loop {
        let page = sums::contributions_of(connection, year, &after, PAGE)?;
        let Some(last) = page.last() else { return Ok(digests) };
        after.clone_from(&last.report_id);
        digests.extend(page.iter().map(|one| (one.report_id.clone(), digest_of(one))));
    }
}

/// Every node's sums and counters as they are stored.
fn stored(connection: &mut AnyConnection, year: i32) -> Answer<BTreeMap<Key, Kept>> {
    let mut found: BTreeMap<Key, Kept> = BTreeMap::new();
    for StoredSum { node, level, kind, sum } in sums::of_year(connection, year)? {
        let key = (node, sum.form().id.clone(), level.as_str().to_owned(), kind.as_str().to_owned());
        found.insert(key, Kept { sum, progress: Progress::default() });
    }
    for (node, part) in progress::parts(connection, year, None)? {
        let key = (node, part.form.clone(), part.level, part.kind);
        match found.entry(key) {
            Entry::Occupied(there) => there.into_mut().progress = part.progress,
            Entry::Vacant(place) => {
                place.insert(Kept { progress: part.progress, ..Kept::nothing(&part.form)? });
            }
        }
    }
    Ok(found)
}

/// Which of the tables that are added up of a year cannot be read.
pub fn unreadable(connection: &mut AnyConnection, year: i32) -> Answer<Vec<&'static str>> {
    let contributions = contribution_digests(connection, year).is_err();
    let sums = stored(connection, year).is_err();
    let tables = [("contributions", contributions), ("sums", sums)];
    Ok(tables.into_iter().filter(|(_, unreadable)| *unreadable).map(|(table, _)| table).collect())
}

/// Everything that differs from what it should be; with `repair`, to be run in the lane, it is made right.
pub fn verify_year(connection: &mut AnyConnection, year: i32, repair: bool) -> Answer<Vec<Discrepancy>> {
    let (mut right, wrong) = add_up(connection, year)?;
    let mut wrong: Vec<Discrepancy> = wrong.into_iter().map(Discrepancy::Report).collect();
    let discrepancy = |(node, form, level, kind): Key| Discrepancy::Node { node, form, level, kind };
    for (key, kept) in stored(connection, year)? {
        if right.remove(&key).as_ref() != Some(&kept) {
            wrong.push(discrepancy(key));
        }
    }
    wrong.extend(right.into_keys().map(discrepancy));
    if repair && !wrong.is_empty() {
        sums::delete_year(connection, year)?;
        progress::recount(connection, year)?;
        let mut after = None;
        while let Some(page) = page_of(connection, year, &mut after)? {
            let right = page.into_iter().map(|one| (one.report_id.clone(), Some(one)));
            sums::settle(connection, &right.collect())?;
        }
    }
    Ok(wrong)
}
