//! The statutory tables as schemas: a walk over each form, labels and all. No second list of cells.

use crate::domain::figures::exact_number;
use crate::domain::form::{self, Form, Row, Section, Table};
use crate::domain::number::{MAX_COUNT, Precision};
use crate::domain::report::{MAX_TEXT_CHARACTERS, MAX_TITLE_CHARACTERS};
use crate::http::kernel::names::pascal;
use serde_json::{Map, Value, json};

/// Whether a schema describes what is answered (complete) or what may be sent (any part of it).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Answer,
    Input,
}

impl Side {
    fn suffix(self) -> &'static str {
        match self {
            Side::Answer => "",
            Side::Input => "Input",
        }
    }
}

/// A text without control characters beside line ends and tabs.
const LINES: &str = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufdd0-\ufdef\ufffe\uffff]*$";

/// A text on one line that says something and is not written from the other side.
pub(super) const LINE: &str = r"^[^\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff]*[^\s\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff][^\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff]*$";

/// Adds every schema the forms give rise to.
pub fn add(schemas: &mut Map<String, Value>) {
    for side in [Side::Answer, Side::Input] {
        let (mut bodies, mut made) = (Vec::new(), Vec::new());
        let mut sections = Vec::new();
        for form in form::all().iter().rev() {
            let mut properties = Map::new();
            for section in &form.sections {
                let name = add_section(schemas, form, section, side);
                bodies.push(reference(&name));
                if side == Side::Input {
                    made.push(reference(&add_made(schemas, &name)));
                }
                properties.insert(section.key.clone(), optional(reference(&name), side));
            }
            let name = format!("Sections{}{}", form.id, side.suffix());
            let description = format!("{}（{}）的各部分。", form.title, form.document);
            schemas.insert(
                name.clone(),
                json!({
                    "type": "object",
                    "description": description,
                    "properties": properties,
                    "additionalProperties": false,
                }),
            );
            sections.push(reference(&name));
        }
        schemas.insert(
            format!("Sections{}", side.suffix()),
            json!({"description": "各部分，键名由报告的格式规定。", "anyOf": sections}),
        );
        if side == Side::Input {
            let any = |description: &str, of: &[Value]| json!({"description": description, "anyOf": of});
            let one = "一个部分的内容：按报告的格式和部分，是其中之一。";
            schemas.insert("SectionInput".to_owned(), any(one, &bodies));
            schemas.insert("SectionCreate".to_owned(), any("要补回的部分，`kind` 写明是哪一个。", &made));
        }
        if side == Side::Answer {
            schemas.insert("Section".to_owned(), json!({"description": "报告的一个部分。", "anyOf": bodies}));
            schemas.insert(
                "SectionList".to_owned(),
                json!({
                    "type": "object",
                    "description": "报告现有的各部分。",
                    "required": ["items", "next_cursor"],
                    "properties": {
                        "items": {"type": "array", "items": reference("Section")},
                        "next_cursor": {"type": ["string", "null"], "description": "总是空：各部分一次给出。"},
                    },
                }),
            );
        }
    }
}

pub fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// In what is sent, null empties or takes out.
fn optional(schema: Value, side: Side) -> Value {
    match side {
        Side::Answer => schema,
        Side::Input => json!({"anyOf": [schema, {"type": "null"}]}),
    }
}

fn add_section(schemas: &mut Map<String, Value>, form: &Form, section: &Section, side: Side) -> String {
    let name = format!("Section{}{}{}", form.id, pascal(&section.key), side.suffix());
    let mut properties = json!({
        "kind": {"type": "string", "const": section.key},
        "ordinal": {"type": "integer", "const": section.ordinal},
        "title": {"type": "string", "description": format!("标题，现行用语为“{}”。", section.title)},
        "text": {
            "type": ["string", "null"],
            "maxLength": MAX_TEXT_CHARACTERS,
            "description": if section.table.is_some() { "表格的说明。" } else { "正文，段落以换行分隔。" },
        },
        "updated_at": {"type": "string", "format": "date-time"},
    });
    let mut required = vec!["kind", "ordinal", "title", "text", "updated_at"];
    if let Value::Object(members) = &mut properties {
        if let Some(table) = &section.table {
            let table = add_table(schemas, form, section, table, side);
            members.insert("table".to_owned(), optional(reference(&table), side));
            required.push("table");
        }
        if side == Side::Input {
            for made_by_the_server in ["kind", "ordinal", "updated_at"] {
                if let Some(Value::Object(member)) = members.get_mut(made_by_the_server) {
                    member.insert("readOnly".to_owned(), json!(true));
                }
            }
            if let Some(Value::Object(title)) = members.get_mut("title") {
                title.insert("pattern".to_owned(), json!(LINE));
                title.insert("maxLength".to_owned(), json!(MAX_TITLE_CHARACTERS));
            }
            if let Some(Value::Object(text)) = members.get_mut("text") {
                text.insert("pattern".to_owned(), json!(LINES));
            }
            if section.table.is_some() {
                members.insert("declare_zero".to_owned(), declare_zero());
            }
            required.clear();
        }
    }
    schemas.insert(
        name.clone(),
        json!({
            "type": "object",
            "description": format!("{}、{}", section.numeral(), section.title),
            "properties": properties,
            "required": required,
            "additionalProperties": false,
        }),
    );
    name
}

/// A section that is put back: it names its kind, and holds nothing that the server makes.
fn add_made(schemas: &mut Map<String, Value>, input: &str) -> String {
    let name = format!("{}Create", input.trim_end_matches("Input"));
    let mut schema = schemas.get(input).cloned().unwrap_or_default();
    if let Some(members) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        members.retain(|name, _| !matches!(name.as_str(), "ordinal" | "updated_at"));
        if let Some(Value::Object(kind)) = members.get_mut("kind") {
            kind.remove("readOnly");
        }
    }
    if let Value::Object(schema) = &mut schema {
        schema.insert("required".to_owned(), json!(["kind"]));
    }
    schemas.insert(name.clone(), schema);
    name
}

fn declare_zero() -> Value {
    json!({"type": ["boolean", "null"], "writeOnly": true,
        "description": "true：把空着的单元格填为 0，并记录为有意零报告。"})
}

fn add_table(
    schemas: &mut Map<String, Value>,
    form: &Form,
    section: &Section,
    table: &Table,
    side: Side,
) -> String {
    let stem = format!("{}{}", form.id, pascal(&section.key));
    let mut properties = Map::new();
    let mut kinds: Vec<(Vec<&str>, &str)> = Vec::new();
    for row in &table.rows {
        let columns: Vec<&str> = row.columns.iter().map(|column| column.key.as_str()).collect();
        // Rows with the same columns share one schema, named after the first of them where there are several.
        let known = kinds.iter().find(|(known, _)| *known == columns).map(|(_, first)| *first);
        let first = known.unwrap_or_else(|| {
            kinds.push((columns, &row.key));
            &row.key
        });
        let alike = table.rows.iter().all(|other| keys(other).eq(keys(row)));
        let of_what = if alike { String::new() } else { pascal(first) };
        let name = format!("Row{stem}{of_what}{}", side.suffix());
        schemas.entry(name.clone()).or_insert_with(|| row_schema(form, row, side));
        let group = row.group.as_deref().filter(|group| !group.is_empty());
        let label = [(!row.block.is_empty()).then_some(row.block.as_str()), group, Some(row.label.as_str())];
        let label: Vec<&str> = label.into_iter().flatten().collect();
        let referred = match side {
            Side::Answer => {
                json!({"$ref": format!("#/components/schemas/{name}"), "description": label.join(" / ")})
            }
            Side::Input => json!({
                "anyOf": [reference(&name), {"type": "null"}],
                "description": label.join(" / "),
            }),
        };
        properties.insert(row.key.clone(), referred);
    }
    let required: Vec<&String> = if side == Side::Answer { properties.keys().collect() } else { Vec::new() };
    let schema = json!({
        "type": "object",
        "description": format!("{}的表格。", section.title),
        "required": required,
        "properties": properties,
        "additionalProperties": false,
    });
    let name = format!("Table{stem}{}", side.suffix());
    schemas.insert(name.clone(), schema);
    name
}

/// The keys of a row's columns.
fn keys(row: &Row) -> impl Iterator<Item = &str> {
    row.columns.iter().map(|column| column.key.as_str())
}

fn row_schema(form: &Form, row: &Row, side: Side) -> Value {
    let columns: Map<String, Value> = row
        .columns
        .iter()
        .filter_map(|column| {
            let cell = form.cells.get(column.cell)?;
            let group = column.group.as_deref().filter(|group| !group.is_empty());
            let label: Vec<&str> = group.into_iter().chain([column.label.as_str()]).collect();
            Some((column.key.clone(), cell_schema(cell.precision, &cell.unit, &label.join(" / "), side)))
        })
        .collect();
    let required: Vec<&String> = if side == Side::Answer { columns.keys().collect() } else { Vec::new() };
    json!({"type": "object", "required": required, "properties": columns, "additionalProperties": false})
}

fn cell_schema(precision: Precision, unit: &str, label: &str, side: Side) -> Value {
    let description = format!("{label}（{unit}）。null = 未填。");
    match precision {
        Precision::Count => json!({
            "type": ["integer", "null"], "minimum": 0, "maximum": MAX_COUNT, "description": description,
        }),
        Precision::Signed => json!({
            "type": ["integer", "null"], "minimum": -MAX_COUNT, "maximum": MAX_COUNT, "description": description,
        }),
        // Whoever holds numbers in two's powers finds no part of a million in 0.1: answers are not to fail by it.
        Precision::Millionths if side == Side::Answer => json!({
            "type": ["number", "null"],
            "minimum": 0,
            "exclusiveMaximum": 1_000_000_000,
            "description": format!("{description}最多六位小数。"),
        }),
        Precision::Millionths => json!({
            "type": ["number", "null"],
            "minimum": 0,
            "exclusiveMaximum": 1_000_000_000,
            "multipleOf": exact_number("0.000001"),
            "description": format!("{description}最多六位小数。"),
        }),
    }
}
