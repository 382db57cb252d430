//! What the chain says should stand in the guarded tables: the last seal of each row.
//!
//! Of each row a few bytes are held, not its values: those are read again from the entry where something differs.

mod older;

use self::older::Older;
use super::guarded::{COMMENTS, Fixed, GUARDED, Guarded, Kept, WEBHOOKS};
use super::seal::{self, Cell, Row, Seal, Sealed};
use super::{AuditAction, AuditEntry, AuditLine};
use crate::domain::algorithm::Algorithm;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};

/// The one act by which a token gets another secret.
const FETCHES: &str = "token.enrol";

/// The last seal of a row.
#[derive(Debug, Clone)]
struct Last {
    seq: i64,
    layout: u32,
    print: u128,
    /// Of the columns that no act changes.
    fixed: Box<[u64]>,
}

/// How a row stands to the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    AsSealed,
    /// Otherwise than the entry of this number sealed it.
    Otherwise(i64),
    /// Only entries of version 1 speak of it, which sealed nothing.
    NotCovered,
    /// No entry speaks of it.
    Unknown,
}

/// A row that was sealed anew with what no act changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewritten {
    pub table: &'static str,
    pub key: String,
    /// `None`: the row is never written twice.
    pub column: Option<&'static str>,
    pub seq: i64,
}

/// The chain as far as it has been replayed.
#[derive(Debug, Default)]
pub struct Replay {
    algorithm: Algorithm,
    layouts: Vec<Vec<String>>,
    tables: Vec<HashMap<u128, Last>>,
    /// What entries of version 1 speak of.
    older: Older,
    /// Rows of tables that came to be guarded later, written last where they were not.
    unsealed: HashSet<(usize, u128)>,
    /// The digests under which revisions were reviewed and published last, and of what was left of those erased.
    digests: HashMap<u128, u128>,
    pub rewritten: Vec<Rewritten>,
    /// Seals that could not be read, or of tables that are not known here.
    pub unread: u64,
}

/// Enough of a hash to tell one from all others.
fn print(text: &str) -> u128 {
    let hash: [u8; 32] = Sha256::digest(text).into();
    hash.iter().take(16).fold(0, |print, byte| (print << 8) | u128::from(*byte))
}

fn print_of(seal: &Seal) -> u128 {
    print(&seal.text())
}

impl Replay {
    /// Takes the next entry.
    pub fn take(&mut self, line: &AuditLine) {
        let entry = &line.entry;
        self.algorithm = Algorithm::of(&line.hash);
        if entry.version < 2 {
            self.older.take(entry);
        }
        match entry.action.parse() {
            Ok(
                AuditAction::ReportTransition | AuditAction::FindingExplain | AuditAction::FindingUnexplain,
            ) => self.note_digest(entry, "digest"),
            Ok(AuditAction::ReportSuppress) => self.note_digest(entry, "left"),
            Ok(AuditAction::ReportImport | AuditAction::ReportLoad) => self.note_source(entry),
            _ => {}
        }
        let sealed = entry.sealed.as_deref().map_or_else(|| Some(Vec::new()), seal::read);
        self.unread += u64::from(sealed.is_none());
        let sealed = sealed.unwrap_or_default();
        self.note_unsealed(entry, &sealed);
        sealed.into_iter().for_each(|sealed| self.take_table(sealed, entry));
    }

    /// An act on a row of a table that was not guarded yet where it was done.
    fn note_unsealed(&mut self, entry: &AuditEntry, sealed: &[Sealed]) {
        use AuditAction as A;
        let (table, member) = match entry.action.parse() {
            Ok(A::CommentCreate | A::CommentAnswer | A::CommentSettle | A::CommentReopen) => {
                (&COMMENTS, "comment")
            }
            Ok(A::WebhookCreate | A::WebhookUpdate) => (&WEBHOOKS, "webhook"),
            _ => return,
        };
        if sealed.iter().any(|sealed| sealed.table == table.table) {
            return;
        }
        let detail: Value = serde_json::from_str(&entry.detail).unwrap_or_default();
        if let Some(id) = detail.get(member).and_then(Value::as_str) {
            self.unsealed.insert((table.place(), print(id)));
            if let Some(rows) = self.tables.get_mut(table.place()) {
                rows.remove(&print(id));
            }
        }
    }

    fn note_digest(&mut self, entry: &AuditEntry, member: &'static str) {
        let detail: Value = serde_json::from_str(&entry.detail).unwrap_or_default();
        let (report, revision) = (entry.report_id.as_deref(), detail.get("revision").and_then(Value::as_i64));
        let digest = detail.get(member).and_then(Value::as_str);
        if let (Some(report), Some(revision), Some(digest)) = (report, revision, digest) {
            self.digests.insert(print(&format!("{member}/{report}/{revision}")), print(digest));
        }
    }

    /// The digest of a file that came in, by the chain's own algorithm, under what names the file.
    fn note_source(&mut self, entry: &AuditEntry) {
        let detail: Value = serde_json::from_str(&entry.detail).unwrap_or_default();
        let member = |name: &str| detail.get(name).and_then(Value::as_str);
        let named = (entry.report_id.as_deref(), member("source_sha256"), member("source_digest"));
        if let (Some(report), Some(sha256), Some(digest)) = named {
            self.digests.insert(print(&format!("source/{report}/{sha256}")), print(digest));
        }
    }

    fn layout(&mut self, columns: Vec<String>) -> u32 {
        let known = self.layouts.iter().position(|layout| *layout == columns);
        let place = known.unwrap_or_else(|| {
            self.layouts.push(columns);
            self.layouts.len() - 1
        });
        u32::try_from(place).unwrap_or(u32::MAX)
    }

    fn take_table(&mut self, sealed: Sealed, entry: &AuditEntry) {
        let seq = entry.seq;
        let Some(table) = Guarded::of(&sealed.table) else {
            self.unread += 1;
            return;
        };
        self.tables.resize_with(GUARDED.len(), HashMap::new);
        let layout = self.layout(sealed.columns.clone());
        let Some(rows) = self.tables.get_mut(table.place()) else { return };
        for (key, seal) in sealed.rows {
            let at = print(&key);
            self.unsealed.remove(&(table.place(), at));
            if seal == Seal::Gone {
                rows.remove(&at);
                continue;
            }
            let last =
                Last { seq, layout, print: print_of(&seal), fixed: fixed_of(table, &sealed.columns, &seal) };
            let column = match rows.insert(at, last.clone()) {
                Some(before) => changed(table, &before, &last),
                None => None,
            };
            // A person who fetches their secret gives the token another one.
            let fetched = column == Some(Some("secret_hash")) && entry.action == FETCHES;
            if let Some(column) = column.filter(|_| !fetched) {
                self.rewritten.push(Rewritten { table: table.table, key, column, seq });
            }
        }
    }

    /// How a row that is there stands to the chain. Each is asked about once: those that never were are missing.
    pub fn compare(&mut self, table: &Guarded, key: &str, row: &Row) -> Standing {
        let last = self.tables.get_mut(table.place()).and_then(|rows| rows.remove(&print(key)));
        let Some(last) = last else {
            let older = self.older.knows(table, row) || self.unsealed.contains(&(table.place(), print(key)));
            return if older { Standing::NotCovered } else { Standing::Unknown };
        };
        let columns = usize::try_from(last.layout).ok().and_then(|at| self.layouts.get(at));
        let Some(columns) = columns else { return Standing::Otherwise(last.seq) };
        let now = Seal::of(table, columns, row, self.algorithm);
        if print_of(&now) == last.print { Standing::AsSealed } else { Standing::Otherwise(last.seq) }
    }

    /// The entries that sealed rows which were not asked about: they are gone without an act.
    pub fn missing(&self, table: &Guarded) -> Vec<i64> {
        let mut entries: Vec<i64> = self
            .tables
            .get(table.place())
            .into_iter()
            .flat_map(|rows| rows.values().map(|last| last.seq))
            .collect();
        entries.sort_unstable();
        entries.dedup();
        entries
    }

    /// Acts of version 1 whose row of a table was not asked about, each with its report.
    pub fn missing_of_older(&self, table: &Guarded) -> Vec<(i64, String)> {
        self.older.missing(table)
    }

    /// Whether a row that an entry sealed is among those that are missing.
    pub fn misses(&self, table: &Guarded, key: &str, seq: i64) -> bool {
        let last = self.tables.get(table.place()).and_then(|rows| rows.get(&print(key)));
        last.is_some_and(|last| last.seq == seq)
    }

    /// Whether a revision was last reviewed or published under this digest; `None`: it never was.
    pub fn was_reviewed_as(&self, report: &str, revision: i32, digest: &str) -> Option<bool> {
        self.is_known_as("digest", report, revision, digest)
    }

    /// The same of what was left of an erased revision.
    pub fn was_left_as(&self, report: &str, revision: i32, digest: &str) -> Option<bool> {
        self.is_known_as("left", report, revision, digest)
    }

    /// Whether these are the bytes of a file of this name that came in; `None`: its name is all that is told of it.
    pub fn came_in_as(&self, report: &str, sha256: &str, bytes: &[u8]) -> Option<bool> {
        let known = self.digests.get(&print(&format!("source/{report}/{sha256}")))?;
        Some(*known == print(&self.algorithm.digest(bytes)))
    }

    fn is_known_as(&self, member: &str, report: &str, revision: i32, digest: &str) -> Option<bool> {
        let known = self.digests.get(&print(&format!("{member}/{report}/{revision}")));
        known.map(|known| *known == print(digest))
    }

    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

fn fixed_of(table: &Guarded, columns: &[String], seal: &Seal) -> Box<[u64]> {
    let (Fixed::Columns(fixed), Seal::Values(cells)) = (table.fixed, seal) else { return Box::default() };
    let cell = |name: &&str| columns.iter().position(|column| column == name).and_then(|at| cells.get(at));
    let print = |cell: Option<&Cell>| match cell {
        None | Some(Cell::Null) => 0,
        Some(cell) => u64::try_from(print(&cell.to_string()) >> 64).unwrap_or(1),
    };
    fixed.iter().map(|name| print(cell(name))).collect()
}

/// Whether a row was sealed anew otherwise where no act changes it, and in which column.
fn changed(table: &Guarded, before: &Last, after: &Last) -> Option<Option<&'static str>> {
    match table.fixed {
        // Where a table got new columns meanwhile, what is sealed is another.
        Fixed::Whole => (before.layout == after.layout && before.print != after.print).then_some(None),
        Fixed::Columns(columns) if table.kept == Kept::Values => {
            let pairs = columns.iter().zip(before.fixed.iter().zip(after.fixed.iter()));
            let mut moved = pairs.filter(|(_, (before, after))| **before != 0 && before != after);
            moved.next().map(|(column, _)| Some(*column))
        }
        Fixed::Columns(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::audit::guarded::{GRANTS, TOKENS};
    use crate::domain::audit::{GENESIS, Origin};
    use serde_json::json;

    fn row(cells: &[(&str, &str)]) -> Row {
        cells.iter().map(|(column, text)| ((*column).to_owned(), json!(text))).collect()
    }

    fn line(seq: i64, table: &Guarded, key: &str, row: Option<&Row>) -> AuditLine {
        let columns: Vec<String> =
            row.map(|row| row.iter().map(|(column, _)| column.clone()).collect()).unwrap_or_default();
        let seal = row.map_or(Seal::Gone, |row| Seal::of(table, &columns, row, Algorithm::Sha256));
        let rows = vec![(key.to_owned(), seal)];
        let sealed = seal::write(&[Sealed { table: table.table.to_owned(), columns, rows }]);
        let entry = AuditEntry {
            version: 2,
            seq,
            at: String::new(),
            person_id: None,
            person_name: None,
            action: "token.create".to_owned(),
            agency_id: None,
            report_id: None,
            detail: "{}".to_owned(),
            request_id: String::new(),
            origin: Origin::default(),
            sealed: Some(sealed),
        };
        AuditLine { entry, previous: GENESIS.to_owned(), hash: String::new() }
    }

    #[test]
    fn a_row_is_as_it_was_sealed_last_or_it_is_told() {
        let mut replay = Replay::default();
        let token = row(&[("id", "t"), ("name", "a"), ("secret_hash", "s"), ("person_id", "p")]);
        let renamed = row(&[("id", "t"), ("name", "b"), ("secret_hash", "s"), ("person_id", "p")]);
        replay.take(&line(1, &TOKENS, "t", Some(&token)));
        replay.take(&line(2, &TOKENS, "t", Some(&renamed)));
        assert_eq!(replay.rewritten, []);
        replay.take(&line(3, &GRANTS, "t/0", Some(&row(&[("token_id", "t"), ("role", "editor")]))));
        assert_eq!(replay.missing(&TOKENS), [2]);
        assert_eq!(replay.compare(&TOKENS, "t", &token), Standing::Otherwise(2));
        assert_eq!(replay.compare(&TOKENS, "u", &token), Standing::Unknown);
        assert_eq!(replay.missing(&TOKENS), [0i64; 0]);
        assert!(replay.misses(&GRANTS, "t/0", 3));
        let admin = row(&[("token_id", "t"), ("role", "admin")]);
        assert_eq!(replay.compare(&GRANTS, "t/0", &admin), Standing::Otherwise(3));
    }

    #[test]
    fn what_no_act_changes_is_told_even_where_an_act_sealed_it() {
        let mut replay = Replay::default();
        let token = |secret: &str| row(&[("id", "t"), ("secret_hash", secret), ("person_id", "p")]);
        replay.take(&line(1, &TOKENS, "t", Some(&token("s"))));
        replay.take(&line(2, &TOKENS, "t", Some(&token("forged"))));
        let grant = |role: &str| row(&[("token_id", "t"), ("role", role)]);
        replay.take(&line(3, &GRANTS, "t/0", Some(&grant("editor"))));
        replay.take(&line(4, &GRANTS, "t/0", Some(&grant("admin"))));
        let told: Vec<_> = replay.rewritten.iter().map(|told| (told.table, told.column, told.seq)).collect();
        assert_eq!(told, [("tokens", Some("secret_hash"), 2), ("grants", None, 4)]);
    }

    #[test]
    fn what_was_written_before_its_table_was_guarded_is_not_covered_until_it_is_sealed() {
        let comment = row(&[("id", "c"), ("text", "a")]);
        let before = |action: &str, detail: &str| {
            let mut line = line(1, &COMMENTS, "c", None);
            (line.entry.action, line.entry.detail) = (action.to_owned(), detail.to_owned());
            line.entry.sealed = None;
            line
        };
        let mut replay = Replay::default();
        replay.take(&before("comment.create", r#"{"comment": "c"}"#));
        assert_eq!(replay.compare(&COMMENTS, "c", &comment), Standing::NotCovered);
        assert_eq!(replay.compare(&WEBHOOKS, "c", &comment), Standing::Unknown);
        replay.take(&line(2, &COMMENTS, "c", Some(&row(&[("id", "c"), ("text", "b")]))));
        assert_eq!(replay.compare(&COMMENTS, "c", &comment), Standing::Otherwise(2));
        assert_eq!(replay.compare(&COMMENTS, "c", &comment), Standing::Unknown, "it is asked about once");
    }

    #[test]
    fn a_row_that_went_by_an_act_is_not_missed() {
        let mut replay = Replay::default();
        replay.take(&line(1, &TOKENS, "t", Some(&row(&[("id", "t")]))));
        replay.take(&line(2, &TOKENS, "t", None));
        assert_eq!(replay.missing(&TOKENS), [0i64; 0]);
    }
}
