//! Each row of the guarded tables against its last seal.

use super::{Expected, Findings, Forgery};
use crate::domain::audit::guarded::{GUARDED, Guarded};
use crate::domain::audit::seal::{self, Cell, Row, Seal, Sealed};
use crate::domain::audit::{Replay, Standing};
use crate::operations::Answer;
use crate::storage::{AnyConnection, agencies, audit, guarded, revisions};

pub fn check(connection: &mut AnyConnection, replay: &mut Replay, findings: &mut Findings) -> Answer<()> {
    for told in std::mem::take(&mut replay.rewritten) {
        findings.forged(Forgery {
            table: told.table,
            key: told.key,
            column: told.column.map(str::to_owned),
            expected: Expected::Unchanged,
            found: None,
            seq: Some(told.seq),
        });
    }
    for table in GUARDED {
        check_table(connection, table, replay, findings)?;
        for seq in replay.missing(table) {
            tell_missing(connection, table, seq, replay, findings)?;
        }
        for (seq, report) in replay.missing_of_older(table) {
            findings.forged(Forgery {
                table: table.table,
                key: report,
                column: None,
                expected: Expected::AsSealed,
                found: None,
                seq: Some(seq),
            });
        }
    }
    for id in agencies::misplaced(connection)? {
        findings.made_otherwise("agencies", id, "path", None);
    }
    for key in revisions::of_another_year(connection)? {
        findings.made_otherwise("revisions", key, "year", None);
    }
    Ok(())
}

fn check_table(
    connection: &mut AnyConnection,
    table: &'static Guarded,
    replay: &mut Replay,
    findings: &mut Findings,
) -> Answer<()> {
    let columns = guarded::columns(connection, table)?;
    let mut after: Option<String> = None;
    loop {
        let page = guarded::rows_after(connection, table, &columns, after.as_deref())?;
        let Some((last, _)) = page.last() else { return Ok(()) };
        after = Some(last.clone());
        findings.looked(table.table, page.len());
        for (key, row) in page {
            match replay.compare(table, &key, &row) {
                Standing::AsSealed => {}
                Standing::NotCovered => *findings.not_covered.entry(table.table).or_default() += 1,
                Standing::Unknown => findings.forged(Forgery {
                    table: table.table,
                    key,
                    column: None,
                    expected: Expected::Nothing,
                    found: Some(told(&row)),
                    seq: None,
                }),
                Standing::Otherwise(seq) => {
                    for forgery in differences(connection, table, (&key, &row), seq, replay)? {
                        findings.forged(forgery);
                    }
                }
            }
        }
    }
}

/// A few of a row's values.
fn told(row: &Row) -> String {
    let filled = row.iter().filter(|(_, cell)| **cell != Cell::Null);
    filled.take(8).map(|(column, cell)| format!("{column} {cell}")).collect::<Vec<_>>().join(", ")
}

/// What an entry keeps of a table.
fn sealed_in(connection: &mut AnyConnection, table: &Guarded, seq: i64) -> Answer<Option<Sealed>> {
    let text = audit::entry(connection, seq)?.and_then(|line| line.entry.sealed);
    let sealed = text.as_deref().and_then(seal::read).unwrap_or_default();
    Ok(sealed.into_iter().find(|sealed| sealed.table == table.table))
}

/// The columns in which a row is otherwise than it was sealed.
fn differences(
    connection: &mut AnyConnection,
    table: &'static Guarded,
    (key, row): (&str, &Row),
    seq: i64,
    replay: &Replay,
) -> Answer<Vec<Forgery>> {
    let Some(sealed) = sealed_in(connection, table, seq)? else { return Ok(Vec::new()) };
    let then = sealed.rows.iter().find(|(known, _)| known == key).map(|(_, seal)| seal);
    let Some(then) = then else { return Ok(Vec::new()) };
    let now = Seal::of(table, &sealed.columns, row, replay.algorithm());
    let mut places = then.differing(&now, &sealed.columns);
    if places.is_empty() {
        // What tells columns apart is short: all of them may be meant.
        places = (0..sealed.columns.len()).collect();
    }
    let forgeries = places.into_iter().filter_map(|at| {
        let column = sealed.columns.get(at)?;
        let expected = match then {
            Seal::Values(cells) => Expected::Value(cells.get(at)?.to_string()),
            Seal::Digest(_) | Seal::Gone => Expected::AsSealed,
        };
        Some(Forgery {
            table: table.table,
            key: key.to_owned(),
            column: Some(column.clone()),
            expected,
            found: Some(row.get(column).unwrap_or(&Cell::Null).to_string()),
            seq: Some(seq),
        })
    });
    Ok(forgeries.collect())
}

/// The rows that an entry sealed and that are gone.
fn tell_missing(
    connection: &mut AnyConnection,
    table: &'static Guarded,
    seq: i64,
    replay: &Replay,
    findings: &mut Findings,
) -> Answer<()> {
    let Some(sealed) = sealed_in(connection, table, seq)? else { return Ok(()) };
    for (key, _) in sealed.rows.into_iter().filter(|(key, _)| replay.misses(table, key, seq)) {
        findings.forged(Forgery {
            table: table.table,
            key,
            column: None,
            expected: Expected::AsSealed,
            found: None,
            seq: Some(seq),
        });
    }
    Ok(())
}
