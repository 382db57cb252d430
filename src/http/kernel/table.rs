//! Answers as CSV: one line for each item, nested members in columns named with dots.

use super::accept::preferred;
use super::call::Call;
use super::parameter::{one_of, parameter};
use super::problem::{Code, Problem};
use super::reply::{JSON, Reply};
use crate::documents::write::csv::guarded;
use crate::operations::store::RestsOn;
use actix_web::http::header;
use serde::Serialize;
use serde_json::{Map, Value};

pub const CSV: &str = "text/csv; charset=utf-8";
/// Spreadsheets take the file for UTF-8 only when it begins so.
pub const MARK: &[u8] = b"\xef\xbb\xbf";

/// How a list or a sum is written, by name: a spreadsheet opens an address, it sends no `Accept`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableFormat {
    Json,
    Csv,
}

parameter!(TableFormat, one_of(&["json", "csv"]), |text| match text {
    "json" => Ok(TableFormat::Json),
    "csv" => Ok(TableFormat::Csv),
    _ => Err("invalid_value"),
});

/// Answers as JSON, or the items alone as CSV where that is what the client would rather have. `blank` is an
/// item that says nothing: its columns are named where there are no items.
pub fn reply(
    (call, format): (&Call, Option<TableFormat>),
    body: &impl Serialize,
    items: impl FnOnce() -> Vec<Value>,
    blank: impl FnOnce() -> Value,
) -> Result<Reply, Problem> {
    let reply = if wanted(call, format)? { csv(call, &items(), blank)? } else { Reply::ok(body) };
    let reply = if format.is_some() { reply.named() } else { reply };
    Ok(reply.keep(RestsOn::Anything))
}

/// Whether the client would rather have CSV.
pub fn wanted(call: &Call, format: Option<TableFormat>) -> Result<bool, Problem> {
    if let Some(format) = format {
        return Ok(format == TableFormat::Csv);
    }
    match preferred(&call.request, &[JSON, CSV]) {
        Some(place) => Ok(place > 0),
        None => Err(Problem::new(Code::NotAcceptable)),
    }
}

/// Items as CSV, in any case under their columns' names.
pub fn csv(call: &Call, items: &[Value], blank: impl FnOnce() -> Value) -> Result<Reply, Problem> {
    let rows: Vec<Map<String, Value>> = items.iter().map(flat).collect();
    let columns = rows.first().cloned().unwrap_or_else(|| flat(&blank()));
    let columns: Vec<&str> = columns.keys().map(String::as_str).collect();
    let lines = lines(&rows, &columns).ok_or_else(|| Problem::new(Code::Internal))?;
    Ok(saved(call, Reply::bytes(CSV, lines).named()))
}

/// Under the name that a browser saves it by: what was asked for.
fn saved(call: &Call, table: Reply) -> Reply {
    let name = call.request.path().rsplit('/').next().unwrap_or_default();
    table.header(header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.csv\""))
}

/// A page of a list that is answered in JSON, as CSV of these columns where that is wanted.
pub fn page(
    (call, format): (&Call, Option<TableFormat>),
    reply: Reply,
    columns: &[&str],
) -> Result<Reply, Problem> {
    let table = |body: &[u8]| {
        let body: Value = serde_json::from_slice(body).ok()?;
        let rows: Vec<Map<String, Value>> = body.get("items")?.as_array()?.iter().map(flat).collect();
        lines(&rows, columns)
    };
    if wanted(call, format)? {
        let table = reply.named().rewritten(CSV, table).ok_or_else(|| Problem::new(Code::Internal))?;
        return Ok(saved(call, table));
    }
    Ok(if format.is_some() { reply.named() } else { reply })
}

fn flatten(prefix: &str, value: &Value, into: &mut Map<String, Value>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let name = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
                flatten(&name, value, into);
            }
        }
        value => {
            into.insert(prefix.to_owned(), value.clone());
        }
    }
}

fn flat(item: &Value) -> Map<String, Value> {
    let mut members = Map::new();
    flatten("", item, &mut members);
    members
}

/// A member as a cell: what is text is never taken for a formula.
fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => guarded(text).into_owned(),
        Some(Value::Array(items)) => {
            let words =
                items.iter().map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned));
            guarded(&words.collect::<Vec<String>>().join(" ")).into_owned()
        }
        Some(value) => value.to_string(),
    }
}

fn lines(rows: &[Map<String, Value>], columns: &[&str]) -> Option<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(MARK.to_vec());
    writer.write_record(columns).ok()?;
    for members in rows {
        writer.write_record(columns.iter().map(|name| cell(members.get(*name)))).ok()?;
    }
    writer.into_inner().ok()
}
