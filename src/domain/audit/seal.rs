//! A row's seal: its values or their digest, as an entry of the audit holds it.

use super::guarded::{Guarded, Kept};
use crate::domain::algorithm::Algorithm;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::rc::Rc;

/// What stands in a column, the same of both engines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    Null,
    Number(i64),
    Text(String),
}

/// A row: the columns that are sealed, in the order of the alphabet, and what stands in each.
#[derive(Debug, Clone)]
pub struct Row {
    columns: Rc<Vec<String>>,
    cells: Vec<Cell>,
}

impl Row {
    /// As an engine gives it, column by column.
    pub fn of(columns: &Rc<Vec<String>>, values: Vec<Value>) -> Row {
        Row { columns: Rc::clone(columns), cells: values.into_iter().map(Cell::from).collect() }
    }

    /// What stands in a column.
    pub fn get(&self, column: &str) -> Option<&Cell> {
        let at = self.columns.binary_search_by(|known| known.as_str().cmp(column)).ok()?;
        self.cells.get(at)
    }

    /// Column by column.
    pub fn iter(&self) -> impl Iterator<Item = (&String, &Cell)> {
        self.columns.iter().zip(&self.cells)
    }

    /// What stands in some columns; nothing in those that it does not have.
    fn cells_of(&self, columns: &[String]) -> Vec<&Cell> {
        if columns == self.columns.as_slice() {
            return self.cells.iter().collect();
        }
        columns.iter().map(|column| self.get(column).unwrap_or(&Cell::Null)).collect()
    }
}

/// Texts from this length on are kept by their digest.
const LONG: usize = 64;
/// Bytes of such a digest.
const SHORT: usize = 16;

impl From<Value> for Cell {
    /// As an engine gives it: truth values are numbers, and times have six places.
    fn from(value: Value) -> Cell {
        match value {
            Value::Null => Cell::Null,
            Value::Bool(truth) => Cell::Number(i64::from(truth)),
            Value::Number(number) => {
                number.as_i64().map_or_else(|| Cell::Text(number.to_string()), Cell::Number)
            }
            Value::String(text) => Cell::Text(time(&text).unwrap_or(text)),
            other => Cell::Text(other.to_string()),
        }
    }
}

impl Cell {
    fn json(&self) -> Value {
        match self {
            Cell::Null => Value::Null,
            Cell::Number(number) => json!(number),
            Cell::Text(text) => json!(text),
        }
    }

    /// As a seal of values keeps it: what is long, or might be taken for a digest, is one.
    pub fn kept(&self, algorithm: Algorithm) -> Cell {
        match self {
            Cell::Text(text) if text.len() >= LONG || text.starts_with('#') => {
                let mut hash = algorithm.hasher();
                hash.update(text);
                let short = hash.finish();
                let short = short.get(..SHORT).unwrap_or_default();
                Cell::Text(format!("#{}", BASE64_URL_SAFE_NO_PAD.encode(short)))
            }
            other => other.clone(),
        }
    }
}

impl std::fmt::Display for Cell {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Cell::Null => out.write_str("NULL"),
            Cell::Number(number) => number.fmt(out),
            Cell::Text(text) => {
                let cut: String = text.chars().take(LONG).collect();
                write!(out, "“{cut}{}”", if cut.len() < text.len() { "…" } else { "" })
            }
        }
    }
}

/// A time of day in the one way of writing it; `None`: no such text.
fn time(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let parted = bytes.len() >= 19 && matches!(bytes.get(10), Some(b' ' | b'T'));
    let shaped = bytes.iter().enumerate().all(|(at, sign)| match at {
        4 | 7 => *sign == b'-',
        10 => true,
        13 | 16 => *sign == b':',
        19 => *sign == b'.',
        _ => sign.is_ascii_digit(),
    });
    if !(parted && shaped && bytes.len() <= 26) {
        return None;
    }
    let (day, clock) = text.split_at(10);
    let clock = clock.get(1..)?;
    let (whole, part) = clock.split_once('.').unwrap_or((clock, ""));
    Some(format!("{day}T{whole}.{part:0<6}"))
}

/// How a row was sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seal {
    /// In the order of the columns.
    Values(Vec<Cell>),
    /// The digest of the row, and what tells its columns apart.
    Digest(String),
    /// There is no such row any more.
    Gone,
}

impl Seal {
    /// The seal of a row as it stands.
    pub fn of(table: &Guarded, columns: &[String], row: &Row, algorithm: Algorithm) -> Seal {
        let cells = row.cells_of(columns);
        match table.kept {
            Kept::Values => Seal::Values(cells.into_iter().map(|cell| cell.kept(algorithm)).collect()),
            Kept::Digest => {
                let mut hash = algorithm.hasher();
                hash.part(Some(table.table));
                for (column, cell) in columns.iter().zip(&cells) {
                    hash.part(Some(column));
                    hash.part(text_of(cell).as_deref());
                }
                let mut digest = BASE64_URL_SAFE_NO_PAD.encode(hash.finish());
                cells.iter().for_each(|cell| mark(cell, &mut digest));
                Seal::Digest(digest)
            }
        }
    }

    fn json(&self) -> Value {
        match self {
            Seal::Values(cells) => cells.iter().map(Cell::json).collect(),
            Seal::Digest(digest) => json!(digest),
            Seal::Gone => Value::Null,
        }
    }

    /// As it stands in an entry.
    pub fn text(&self) -> String {
        self.json().to_string()
    }

    fn read(value: &Value) -> Option<Seal> {
        match value {
            Value::Array(cells) => Some(Seal::Values(cells.iter().cloned().map(Cell::from).collect())),
            Value::String(digest) => Some(Seal::Digest(digest.clone())),
            Value::Null => Some(Seal::Gone),
            _ => None,
        }
    }

    /// The columns in which two seals of the same columns differ.
    pub fn differing(&self, other: &Seal, columns: &[String]) -> Vec<usize> {
        let all = 0..columns.len();
        match (self, other) {
            (Seal::Values(one), Seal::Values(two)) => all.filter(|at| one.get(*at) != two.get(*at)).collect(),
            (Seal::Digest(one), Seal::Digest(two)) => {
                let mark = |digest: &str, at: usize| {
                    let from = DIGEST + at * MARK;
                    digest.get(from..from + MARK).map(str::to_owned)
                };
                all.filter(|at| mark(one, *at) != mark(two, *at)).collect()
            }
            _ => all.collect(),
        }
    }
}

/// Signs of a digest, and of what follows it for each column.
const DIGEST: usize = 43;
const MARK: usize = 2;

fn text_of(cell: &Cell) -> Option<Cow<'_, str>> {
    match cell {
        Cell::Null => None,
        Cell::Number(number) => Some(number.to_string().into()),
        Cell::Text(text) => Some(text.into()),
    }
}

/// Adds twelve bits that tell which column is another: what proves it is the digest before them.
fn mark(cell: &Cell, digest: &mut String) {
    let text = text_of(cell);
    let bytes = text.iter().flat_map(|text| text.bytes());
    let folded = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let [.., high, low] = (folded ^ (folded >> 32) ^ (folded >> 16)).to_be_bytes();
    let end = digest.len() + MARK;
    BASE64_URL_SAFE_NO_PAD.encode_string([high, low], digest);
    digest.truncate(end);
}

/// The seals of one table in one entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    pub table: String,
    pub columns: Vec<String>,
    pub rows: Vec<(String, Seal)>,
}

/// What an entry keeps of them, as canonical JSON.
pub fn write(sealed: &[Sealed]) -> String {
    let tables: Map<String, Value> = sealed
        .iter()
        .map(|of| {
            let rows: Map<String, Value> =
                of.rows.iter().map(|(key, seal)| (key.clone(), seal.json())).collect();
            (of.table.clone(), json!({ "columns": of.columns, "rows": rows }))
        })
        .collect();
    Value::Object(tables).to_string()
}

/// The same read; `None`: it is none.
pub fn read(text: &str) -> Option<Vec<Sealed>> {
    let tables: Map<String, Value> = serde_json::from_str(text).ok()?;
    let read = tables.into_iter().map(|(table, of)| {
        let columns = of.get("columns")?.as_array()?.iter();
        let columns = columns.map(|column| column.as_str().map(str::to_owned)).collect::<Option<_>>()?;
        let rows = of.get("rows")?.as_object()?.iter();
        let rows = rows.map(|(key, seal)| Some((key.clone(), Seal::read(seal)?))).collect::<Option<_>>()?;
        Some(Sealed { table, columns, rows })
    });
    read.collect()
}

#[cfg(test)]
impl FromIterator<(String, Value)> for Row {
    fn from_iter<T: IntoIterator<Item = (String, Value)>>(cells: T) -> Row {
        let cells: std::collections::BTreeMap<String, Value> = cells.into_iter().collect();
        let (columns, values): (Vec<String>, Vec<Value>) = cells.into_iter().unzip();
        Row::of(&Rc::new(columns), values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::audit::guarded::{GRANTS, ROSTER};

    fn row(cells: &[(&str, Value)]) -> Row {
        Row::from_iter(cells.iter().map(|(column, value)| ((*column).to_owned(), value.clone())))
    }

    #[test]
    fn the_same_row_of_either_engine_has_one_seal_and_another_row_another() {
        let of_sqlite = row(&[("at", json!("2024-01-29 08:00:00")), ("exempt", json!(0))]);
        let of_postgres = row(&[("at", json!("2024-01-29T08:00:00")), ("exempt", json!(false))]);
        let columns = ["at".to_owned(), "exempt".to_owned()];
        for table in [&ROSTER, &GRANTS] {
            let seal = |row: &Row| Seal::of(table, &columns, row, Algorithm::Sha256);
            assert_eq!(seal(&of_sqlite), seal(&of_postgres));
            let other = row(&[("at", json!("2024-01-29T08:00:00")), ("exempt", json!(true))]);
            assert_eq!(seal(&of_sqlite).differing(&seal(&other), &columns), [1]);
        }
        assert_eq!(time("2024-01-29 08:00:00.12").as_deref(), Some("2024-01-29T08:00:00.120000"));
        assert_eq!((time("2024-01-29"), time("于 2024-01-29 08:00")), (None, None));
    }

    #[test]
    fn seals_are_read_as_they_were_written() {
        let values = row(&[("role", json!("editor")), ("stage", Value::Null), ("position", json!(0))]);
        let columns: Vec<String> = values.iter().map(|(column, _)| column.clone()).collect();
        let seal = Seal::of(&GRANTS, &columns, &values, Algorithm::Sm3);
        let rows = vec![("a/0".to_owned(), seal), ("a/1".to_owned(), Seal::Gone)];
        let sealed = vec![Sealed { table: "grants".to_owned(), columns, rows }];
        assert_eq!(read(&write(&sealed)), Some(sealed));
    }

    #[test]
    fn nothing_short_stands_for_a_digest() {
        let long = Cell::Text("a".repeat(64)).kept(Algorithm::Sha256);
        assert!(matches!(&long, Cell::Text(text) if text.len() == 23));
        assert_ne!(long.kept(Algorithm::Sha256), long);
    }
}
