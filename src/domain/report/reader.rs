//! Reads the `sections` of a JSON body into a content, naming every fault at its pointer.
//!
//! One reader for all: a draft's `PUT` answers the faults as `422`, `/validation` turns them into
//! findings.

use super::{Content, SectionState};
use crate::domain::form::{Form, Section};
use crate::domain::language::group;
use crate::domain::number::NumberFault;
use crate::domain::text::Text;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

/// The key of a message in the catalogue's group `fault`.
type FaultKey = &'static str;

/// What is wrong with the shape of a piece of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Shape {
    /// A section, row, column or member the form does not have.
    Unknown,
    /// A row or column that another form has in this section.
    OfAnotherForm,
    /// A table where a narrative belongs, or text where a table belongs.
    Misplaced,
    /// Neither text, number, object nor null where one of these belongs.
    WrongType,
    /// Text that cannot be taken; why, as a key of the catalogue's group `fault`.
    Text(#[serde(deserialize_with = "fault_key")] FaultKey),
    /// A cell that holds no number the form allows.
    Number(NumberFault),
    /// A cell that was written in another unit and converted; no fault, but to be looked at.
    OtherUnit,
    /// A table section of a file in which no cell was found: a picture, perhaps.
    NoTable,
    /// Another report stands in the file behind the one that was read.
    SecondReport,
    /// A title, a signature or the like that cannot be read; why, as a key of the catalogue's group `fault`.
    Heading(#[serde(deserialize_with = "fault_key")] FaultKey),
}

/// One fault, with what stood there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShapeFault {
    /// Pointer relative to the report document.
    pub pointer: String,
    /// What is wrong.
    pub shape: Shape,
    /// What stood there.
    pub found: Value,
    /// The cell concerned, if it is one of the form's.
    pub cell: Option<usize>,
}

/// A key as the catalogue has it.
fn fault_key<'de, D: Deserializer<'de>>(deserializer: D) -> Result<FaultKey, D::Error> {
    let key = String::deserialize(deserializer)?;
    let known = group("fault").map(|(known, _)| known).find(|known| *known == key);
    known.ok_or_else(|| serde::de::Error::custom("no such fault"))
}

/// Longest text of a section, in characters.
pub const MAX_TEXT_CHARACTERS: usize = 200_000;
/// Longest title of a section.
pub const MAX_TITLE_CHARACTERS: usize = 200;

/// Reads all sections over `base` (what stays where a body says nothing).
///
/// An absent section is emptied, as an optional member left out of a `PUT`; an explicit null takes it out.
pub fn read_sections(base: &Content, sections: &Map<String, Value>) -> (Content, Vec<ShapeFault>) {
    let form = base.form();
    let mut content = Content::empty(form);
    let mut faults = Vec::new();
    for (at, section) in form.sections.iter().enumerate() {
        let was_present = base.sections.get(at).is_some_and(|state| state.present);
        match sections.get(&section.key) {
            None => set_present(&mut content, at, was_present),
            Some(Value::Null) => set_present(&mut content, at, false),
            Some(Value::Object(body)) => read_section(&mut content, at, body, "/sections", &mut faults),
            Some(other) => faults.push(fault(pointer("/sections", &section.key), Shape::WrongType, other)),
        }
    }
    for (key, found) in sections {
        if form.section(key).is_none() {
            faults.push(fault(pointer("/sections", key), Shape::Unknown, found));
        }
    }
    (content, faults)
}

fn set_present(content: &mut Content, at: usize, present: bool) {
    if let Some(state) = content.sections.get_mut(at) {
        state.present = present;
    }
}

/// Reads one section's body (`text`, `table`, and the server-made members) into its place.
///
/// `base` is the pointer of the object that holds the section, `/sections` in a report document; for a
/// section's own body pass an empty string together with [`read_section`]'s caller stripping the key.
#[expect(clippy::match_same_arms, reason = "a table: a member is a member")]
pub fn read_section(
    content: &mut Content,
    at: usize,
    body: &Map<String, Value>,
    base: &str,
    faults: &mut Vec<ShapeFault>,
) {
    let form = content.form();
    let Some(section) = form.sections.get(at) else {
        return;
    };
    let here = if base.is_empty() { String::new() } else { pointer(base, &section.key) };
    let mut state = SectionState { present: true, text: None, found_title: None, declared_zero: false };
    for (member, value) in body {
        let there = pointer(&here, member);
        match (member.as_str(), value) {
            ("text", Value::Null) => {}
            ("text", Value::String(text)) => match Text::read(text, MAX_TEXT_CHARACTERS) {
                Ok(text) => state.text = Some(text.into()),
                Err(refused) => faults.push(fault(there, Shape::Text(refused.code()), &Value::Null)),
            },
            ("title", Value::String(title)) if *title == section.title => {}
            ("title", Value::String(title)) => match Text::line(title, MAX_TITLE_CHARACTERS) {
                Ok(title) => state.found_title = Some(title.into()),
                Err(refused) => faults.push(fault(there, Shape::Text(refused.code()), &Value::Null)),
            },
            ("table", Value::Null) => {}
            ("table", _) if section.table.is_none() => faults.push(fault(there, Shape::Misplaced, value)),
            ("table", Value::Object(table)) => read_table(content, section, table, &there, faults),
            ("text" | "title" | "table", other) => faults.push(fault(there, Shape::WrongType, other)),
            // Server-made members of a section as `GET` gives it; whether they are unchanged is
            // the business of the endpoint that knows the present value.
            ("kind" | "ordinal" | "updated_at", _) => {}
            ("declare_zero", Value::Bool(declared)) if section.table.is_some() => {
                state.declared_zero = *declared;
            }
            ("declare_zero", Value::Null) => {}
            ("declare_zero", other) => faults.push(fault(there, Shape::Misplaced, other)),
            (_, other) => faults.push(fault(there, Shape::Unknown, other)),
        }
    }
    let declared = state.declared_zero;
    if let Some(place) = content.sections.get_mut(at) {
        *place = state;
    }
    if declared {
        content.declare_zero(at);
    }
}

fn read_table(
    content: &mut Content,
    section: &Section,
    table: &Map<String, Value>,
    here: &str,
    faults: &mut Vec<ShapeFault>,
) {
    let Some(described) = section.table.as_ref() else {
        return;
    };
    for (row_key, row_value) in table {
        let there = pointer(here, row_key);
        let Some(row) = described.rows.iter().find(|row| row.key == *row_key) else {
            faults.push(fault(there, unknown_line(content.form(), section, row_key, None), row_value));
            continue;
        };
        let columns = match row_value {
            Value::Null => continue,
            Value::Object(columns) => columns,
            other => {
                faults.push(fault(there, Shape::WrongType, other));
                continue;
            }
        };
        for (column_key, value) in columns {
            let at = || pointer(&there, column_key);
            match row.columns.iter().find(|column| column.key == *column_key) {
                Some(column) => read_value(content, column.cell, value, at, faults),
                None => faults.push(fault(
                    at(),
                    unknown_line(content.form(), section, row_key, Some(column_key)),
                    value,
                )),
            }
        }
    }
}

fn read_value(
    content: &mut Content,
    cell: usize,
    value: &Value,
    pointer: impl FnOnce() -> String,
    faults: &mut Vec<ShapeFault>,
) {
    let shape = match value {
        Value::Null => return,
        Value::Number(number) => match read_cell(content.form(), cell, number.as_str()) {
            Ok(exact) => return content.figures.set(cell, Some(exact)),
            Err(fault) => Shape::Number(fault),
        },
        _ => Shape::Number(NumberFault::NotANumber),
    };
    faults.push(ShapeFault { pointer: pointer(), shape, found: value.clone(), cell: Some(cell) });
}

/// Reads a numeral as the form wants it in one cell.
pub fn read_cell(form: &Form, cell: usize, numeral: &str) -> Result<i64, NumberFault> {
    form.cells.get(cell).ok_or(NumberFault::NotANumber)?.precision.parse(numeral)
}

/// Whether a line the form does not know belongs to another form's table.
fn unknown_line(form: &Form, section: &Section, row: &str, column: Option<&str>) -> Shape {
    let known_elsewhere =
        crate::domain::form::all().iter().filter(|other| other.id != form.id).any(|other| {
            other.section(&section.key).and_then(|section| section.table.as_ref()).is_some_and(|table| {
                table.rows.iter().filter(|line| line.key == row).any(|line| {
                    column.is_none_or(|column| line.columns.iter().any(|known| known.key == column))
                })
            })
        });
    if known_elsewhere { Shape::OfAnotherForm } else { Shape::Unknown }
}

fn fault(pointer: String, shape: Shape, found: &Value) -> ShapeFault {
    ShapeFault { pointer, shape, found: found.clone(), cell: None }
}

/// Appends a member to a JSON pointer (RFC 6901).
pub fn pointer(base: &str, member: &str) -> String {
    if member.contains(['~', '/']) {
        return format!("{base}/{}", member.replace('~', "~0").replace('/', "~1"));
    }
    [base, "/", member].concat()
}
