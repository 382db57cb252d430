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

/// Every text of the Chinese document with its English.
fn texts<'d>(chinese: &'d Value, english: &'d Value, into: &mut Vec<(&'d str, &'d str)>) {
    match (chinese, english) {
        (Value::Object(chinese), Value::Object(english)) => {
            for (name, member) in chinese.iter().filter(|(name, _)| *name != "example") {
                texts(member, &english[name], into);
            }
        }
        (Value::Array(chinese), Value::Array(english)) => {
            chinese.iter().zip(english).for_each(|(chinese, english)| texts(chinese, english, into));
        }
        (Value::String(chinese), Value::String(english)) => into.push((chinese, english)),
        _ => {}
    }
}

#[test]
fn no_text_of_the_english_document_is_left_in_chinese() {
    let output = Command::new(PROGRAM).args(["openapi", "--lang", "en"]).output().expect("the document");
    let english: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let mut all = Vec::new();
    texts(&DOCUMENT, &english, &mut all);
    let is_chinese = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    let mut left: Vec<&str> = all
        .iter()
        .filter(|(chinese, english)| is_chinese(chinese) && chinese == english)
        .map(|(text, _)| *text)
        .collect();
    left.sort_unstable();
    left.dedup();
    assert!(left.is_empty(), "say these in english.toml: {left:#?}");
    assert!(all.iter().filter(|(chinese, _)| is_chinese(chinese)).count() > 1_000);
}

/// What a client of the released document relies on and no longer has.
fn broken(released: &Value, now: &Value, place: &str, faults: &mut Vec<String>) {
    match (released, now) {
        (Value::Object(before), Value::Object(after)) => {
            for (name, member) in before {
                let there = format!("{place}/{name}");
                // Below `properties` stand names, whatever they are.
                let prose = PROSE.contains(&name.as_str()) && !place.ends_with("/properties");
                match after.get(name) {
                    _ if prose => {}
                    Some(now) if name == "required" || name == "enum" => {
                        lists(name, (member, now), &there, faults)
                    }
                    Some(now) => broken(member, now, &there, faults),
                    None if FREE.contains(&name.as_str()) => {}
                    None => faults.push(format!("{there} is gone")),
                }
            }
            let sent = is_sent(place);
            let new = after.get("required").filter(|_| sent && !before.contains_key("required"));
            faults.extend(new.map(|new| format!("{place} needs {new} now")));
        }
        (Value::Array(before), Value::Array(after)) => {
            let by_name = |items: &[Value]| -> Map<String, Value> {
                let key = |item: &Value| {
                    ["name", "$ref"].iter().find_map(|key| Some(item[*key].as_str()?.to_owned()))
                };
                items
                    .iter()
                    .enumerate()
                    .map(|(at, item)| (key(item).unwrap_or_else(|| at.to_string()), item.clone()))
                    .collect()
            };
            let (before, after) = (by_name(before), by_name(after));
            let new =
                after.iter().filter(|(name, item)| !before.contains_key(*name) && item["required"] == true);
            faults.extend(new.map(|(name, _)| format!("{place} needs {name} now")));
            broken(&before.into(), &after.into(), place, faults);
        }
        // A type that takes more than before takes what it took.
        (before, after)
            if place.ends_with("/type")
                && is_sent(place)
                && types(before).iter().all(|one| types(after).contains(one)) => {}
        (before, after) if before != after => faults.push(format!("{place} was {before} and is {after}")),
        _ => {}
    }
}

/// Whether a place belongs to what is sent, else to what is answered.
fn is_sent(place: &str) -> bool {
    let sent = ["/requestBody", "/parameters", "Input", "Create", "Patch", "Many", "Items"];
    sent.iter().any(|part| place.contains(part))
}

fn types(value: &Value) -> Vec<&str> {
    value
        .as_str()
        .into_iter()
        .chain(value.as_array().into_iter().flatten().filter_map(Value::as_str))
        .collect()
}

/// Words for people, and numbers that say how much; and what may come and go.
const PROSE: [&str; 9] =
    ["description", "summary", "title", "example", "operationId", "tags", "info", "x-problems", "version"];
const FREE: [&str; 7] = ["maxLength", "maximum", "minimum", "minLength", "pattern", "maxItems", "multipleOf"];

/// Nothing is taken out of a list of values, and nothing that is sent is needed that was not.
fn lists(name: &str, (before, after): (&Value, &Value), place: &str, faults: &mut Vec<String>) {
    let (Some(before), Some(after)) = (before.as_array(), after.as_array()) else {
        if before != after {
            faults.push(format!("{place} was {before} and is {after}"));
        }
        return;
    };
    let answers =
        !["Input", "Create", "Patch", "requestBody", "parameters"].iter().any(|part| place.contains(part));
    let gone = before.iter().filter(|one| !after.contains(one));
    if name == "enum" || answers {
        faults.extend(gone.map(|one| format!("{place} lacks {one}")));
    }
    if name == "required" && !answers {
        let new = after.iter().filter(|one| !before.contains(one));
        faults.extend(new.map(|one| format!("{place} needs {one} now")));
    }
}

#[test]
fn nothing_that_was_released_is_broken() {
    let released: Value = serde_json::from_str(include_str!("../../openapi/released.json")).expect("JSON");
    let mut faults = Vec::new();
    broken(&released, &DOCUMENT, "", &mut faults);
    faults.truncate(40);
    assert!(faults.is_empty(), "clients of the released document would break: {faults:#?}");
}

#[test]
fn what_would_break_clients_is_seen() {
    let mended = |at: &str, mend: fn(&mut Value)| {
        let mut now = DOCUMENT.clone();
        mend(now.pointer_mut(at).unwrap_or_else(|| panic!("no {at}")));
        let mut faults = Vec::new();
        broken(&DOCUMENT, &now, "", &mut faults);
        faults
    };
    let remove = |at: &str, name: &'static str| {
        let mut now = DOCUMENT.clone();
        let members = now.pointer_mut(at).and_then(Value::as_object_mut).unwrap_or_else(|| panic!("no {at}"));
        members.remove(name).unwrap_or_else(|| panic!("no {name} at {at}"));
        let mut faults = Vec::new();
        broken(&DOCUMENT, &now, "", &mut faults);
        faults
    };
    assert_eq!(mended("/info/description", |text| *text = json!("otherwise")), Vec::<String>::new());
    assert_eq!(remove("/paths", "/api/v1/search").len(), 1);
    assert_eq!(remove("/paths/~1api~1v1~1agencies", "post").len(), 1);
    assert!(!remove("/components/schemas/Agency/properties", "uscc").is_empty());
    assert!(!mended("/components/schemas/AgencyLevel/enum", |levels| *levels = json!(["county"])).is_empty());
    assert!(
        !mended("/components/schemas/AgencyInput/required", |needed| *needed =
            json!(["name", "level", "kind", "uscc"]))
        .is_empty()
    );
    assert!(
        !mended("/components/schemas/Agency/properties/name/type", |kind| *kind = json!("integer"))
            .is_empty()
    );
    let limit = "/paths/~1api~1v1~1search/get/parameters";
    assert!(!mended(limit, |parameters| *parameters = json!([])).is_empty());
    // What only grows breaks nobody.
    assert_eq!(
        mended("/components/schemas/AgencyLevel/enum", |levels| levels
            .as_array_mut()
            .expect("levels")
            .push(json!("village"))),
        Vec::<String>::new()
    );
    assert_eq!(mended("/paths", |paths| paths["/api/v1/new"] = json!({})), Vec::<String>::new());
}
