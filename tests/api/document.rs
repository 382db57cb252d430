//! The published document: that both its forms say the same, and that it says what is enforced.

use super::harness::contract::DOCUMENT;
use super::harness::process::PROGRAM;
use serde_json::{Map, Value, json};
use std::process::Command;

/// The document as the program prints it in YAML.
fn yaml() -> String {
    let output = Command::new(PROGRAM).args(["openapi", "--format", "yaml"]).output().expect("the document");
    String::from_utf8(output.stdout).expect("text")
}

/// Numbers by their value: one parser says `1`, another `1.0`.
fn by_value(value: &Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64().expect("a number").to_string()),
        Value::Array(items) => items.iter().map(by_value).collect(),
        Value::Object(members) => {
            members.iter().map(|(name, value)| (name.clone(), by_value(value))).collect::<Map<_, _>>().into()
        }
        other => other.clone(),
    }
}

#[test]
fn yaml_and_json_are_the_same_document() {
    let text = yaml();
    let parsed: Value = serde_norway::from_str(&text).expect("YAML");
    assert!(by_value(&parsed) == by_value(&DOCUMENT), "what is parsed from YAML is not what JSON says");
    // What some reader of YAML takes for a date, a boolean or a number stands in quotes.
    for line in text.lines() {
        let value = line.rsplit_once(": ").map_or("", |(_, value)| value);
        let plain = !value.is_empty() && !value.starts_with(['"', '[', '{']) && !line.contains('"');
        let said = value.parse::<f64>().is_ok() || ["true", "false", "null"].contains(&value);
        assert!(!plain || said, "{line}");
    }
}

/// The parameter of an operation.
fn parameter(id: &str, name: &str) -> &'static Value {
    let operations = DOCUMENT["paths"].as_object().expect("paths").values();
    let operation = operations
        .flat_map(|item| item.as_object().expect("operations").values())
        .find(|operation| operation["operationId"] == id)
        .unwrap_or_else(|| panic!("no {id}"));
    let parameters = operation["parameters"].as_array().expect("parameters");
    parameters
        .iter()
        .find(|parameter| parameter["name"] == name)
        .unwrap_or_else(|| panic!("no {name} of {id}"))
}

#[test]
fn parameters_say_what_is_needed_and_what_is_allowed() {
    for (id, name) in [
        ("read_totals", "year"),
        ("read_breakdown", "year"),
        ("read_ratios", "year"),
        ("read_completeness", "year"),
        ("list_missing", "year"),
        ("search_reports", "q"),
    ] {
        assert_eq!(parameter(id, name)["required"], true, "{id} {name}");
    }
    let limit = &parameter("list_agencies", "limit")["schema"];
    assert_eq!(
        (&limit["minimum"], &limit["maximum"], &limit["default"]),
        (&json!(1), &json!(200), &json!(50))
    );
    let words = |id: &str, name: &str| parameter(id, name)["schema"]["enum"].clone();
    assert_eq!(words("read_report", "view"), json!(["published"]));
    assert_eq!(words("read_bundle", "format"), json!(["ndjson", "csv"]));
    assert_eq!(words("read_breakdown", "by"), json!(["child", "level", "kind"]));
    assert_eq!(words("read_completeness", "group_by"), json!(["child"]));
}
