//! Statistics as CSV: one line for each item, nested members in columns named with dots.

use crate::http::kernel::call::Call;
use crate::http::kernel::problem::{Code, Problem};
use crate::http::kernel::reply::{JSON, Reply, preferred};
use crate::storage::RestsOn;
use serde::Serialize;
use serde_json::{Map, Value};

const CSV: &str = "text/csv; charset=utf-8";
/// Spreadsheets take the file for UTF-8 only when it begins so.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// Answers as JSON, or the items alone as CSV where that is what the client would rather have. `blank` is an
/// item that says nothing: its columns are named where there are no items.
pub fn reply(
    call: &Call,
    body: &impl Serialize,
    items: impl FnOnce() -> Vec<Value>,
    blank: impl FnOnce() -> Value,
) -> Result<Reply, Problem> {
    let reply = if wanted(call)? { csv(&items(), blank)? } else { Reply::ok(body) };
    Ok(reply.keep(RestsOn::Anything))
}

/// Whether the client would rather have CSV.
pub fn wanted(call: &Call) -> Result<bool, Problem> {
    match preferred(&call.request, &[JSON, CSV]) {
        Some(place) => Ok(place > 0),
        None => Err(Problem::new(Code::NotAcceptable)),
    }
}

/// Items as CSV, in any case under their columns' names.
pub fn csv(items: &[Value], blank: impl FnOnce() -> Value) -> Result<Reply, Problem> {
    let lines = lines(items, blank).map_err(|_| Problem::new(Code::Internal))?;
    Ok(Reply::bytes(CSV, lines).named())
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

fn lines(items: &[Value], blank: impl FnOnce() -> Value) -> Result<Vec<u8>, csv::Error> {
    let rows: Vec<Map<String, Value>> = items.iter().map(flat).collect();
    let columns = rows.first().cloned().unwrap_or_else(|| flat(&blank()));
    let mut writer = csv::Writer::from_writer(MARK.to_vec());
    writer.write_record(columns.keys())?;
    for members in &rows {
        writer.write_record(columns.keys().map(|name| match members.get(name) {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
        }))?;
    }
    writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))
}
