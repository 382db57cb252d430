//! What holds for whatever could cost much: each operation's cost, and counts that end.

use crate::domain::page::COUNTED;
use crate::http::kernel::cost::Cost;
use serde_json::{Map, Value, json};

/// An operation's cost: what it says itself, a scan where it lists or adds up, else a few rows.
pub fn cost_of(operation: &Map<String, Value>, listed: bool) -> &'static str {
    let said = operation.get("x-cost").and_then(Value::as_str);
    let sums = operation
        .get("tags")
        .and_then(Value::as_array)
        .is_some_and(|tags| tags.iter().any(|tag| tag == "statistics" || tag == "search"));
    match said {
        Some("free") => "free",
        Some("point") => "point",
        Some("file") => "file",
        Some(_) => "scan",
        None if listed || sums => "scan",
        None => "point",
    }
}

/// The costs of a finished document's operations, by method and path.
pub fn costs(document: &Value) -> impl Iterator<Item = ((String, String), Cost)> + '_ {
    let paths = document.get("paths").and_then(Value::as_object).into_iter().flatten();
    paths.flat_map(|(path, item)| {
        item.as_object().into_iter().flatten().filter_map(move |(method, operation)| {
            let cost = Cost::named(operation.get("x-cost")?.as_str()?)?;
            Some(((method.to_ascii_uppercase(), path.clone()), cost))
        })
    })
}

/// Lists that count say so where there is more than is counted.
pub fn add_counts(schemas: &mut Map<String, Value>) {
    for schema in schemas.values_mut() {
        let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else { continue };
        if properties.contains_key("total") && properties.contains_key("next_cursor") {
            properties.insert(
                "total".to_owned(),
                json!({
                    "type": ["integer", "null"], "minimum": 0,
                    "description": format!(
                        "总数，仅在 `count=true` 时；超过 {COUNTED} 不再往下数，此处为空，见 `total_at_least`。"
                    ),
                }),
            );
            properties.insert(
                "total_at_least".to_owned(),
                json!({
                    "type": "integer", "minimum": 0,
                    "description": "至少有这么多，仅在 `count=true` 而总数没有数完时。",
                }),
            );
        }
    }
}
