//! What may be sent, finished: the structs of bodies give their schemas, here stands what holds for all of them.

use super::statute::LINE;
use crate::http::kernel::sent::PATCH_OF;
use serde_json::{Map, Value, json};

/// A text that says something and holds no control characters beside line ends and tabs.
const TEXT: &str = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufdd0-\ufdef\ufffe\uffff]*[^\s\u0000-\u001f\u007f-\u009f\ufdd0-\ufdef\ufffe\uffff][^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufdd0-\ufdef\ufffe\uffff]*$";

/// Members of answers that tell of the moment and belong to no version: others' affairs, or what is reckoned while
/// the answer is made. Sent back they are taken, whatever they say.
const OF_THE_MOMENT: &[(&str, &[&str])] = &[
    ("AgencyReference", &["uscc"]),
    ("Person", &["name", "agency_id"]),
    ("PersonDetail", &["tokens"]),
    ("Report", &["due_on", "timeliness", "findings", "allowed_actions"]),
    ("Webhook", &["failing_since"]),
];

/// What members of answers are while the thing is new: sent with it they are taken when they say so. No `default`, which
/// generators of clients take for a member that is always sent.
const AT_FIRST: &[(&str, &str, &str)] = &[("Agency", "status", "active")];

fn mark(answer: &mut Value, member: &str, key: &str, value: &Value) {
    for part in answer.get_mut("allOf").and_then(Value::as_array_mut).into_iter().flatten() {
        mark(part, member, key, value);
    }
    let member = answer.get_mut("properties").and_then(|own| own.get_mut(member));
    if let Some(Value::Object(member)) = member {
        member.insert(key.to_owned(), value.clone());
    }
}

/// Finishes the schemas of bodies.
pub fn finish(schemas: &mut Map<String, Value>) {
    let moment = OF_THE_MOMENT.iter().flat_map(|(answer, members)| {
        members.iter().map(move |member| (*answer, *member, "x-of-the-moment", json!(true)))
    });
    let first = AT_FIRST.iter().map(|(answer, member, value)| (*answer, *member, "x-at-first", json!(value)));
    for (answer, member, key, value) in moment.chain(first) {
        if let Some(answer) = schemas.get_mut(answer) {
            mark(answer, member, key, &value);
        }
    }
    let names: Vec<String> = schemas.keys().cloned().collect();
    for name in &names {
        let Some(mut schema) = schemas.get(name).filter(|schema| is_sent(schema)).cloned() else { continue };
        demand_text(&mut schema);
        let patch = name.strip_suffix("Patch");
        if let Some(answer) = patch.or(name.strip_suffix("Input")).and_then(|answer| schemas.get(answer)) {
            let answer = answer.clone();
            take_back(&mut schema, &answer, schemas);
        }
        if patch.is_some() {
            schema = patch_of(&schema, schemas);
        }
        schemas.insert(name.clone(), schema);
    }
    for name in &names {
        let of = schemas.get(name).and_then(|schema| schema.get(PATCH_OF)).and_then(Value::as_str);
        let Some(whole) = of.and_then(|of| schemas.get(of)) else { continue };
        let mut patch = patch_of(whole, schemas);
        if let Value::Object(patch) = &mut patch {
            patch.insert("description".to_owned(), json!("要改的成员；其余不变，`null` 置空。"));
        }
        schemas.insert(name.clone(), patch);
    }
}

/// Whether a schema describes what is sent: only there unknown members are refused.
pub fn is_sent(schema: &Value) -> bool {
    schema.get("additionalProperties") == Some(&Value::Bool(false))
}

/// Texts that may not be empty say something.
fn demand_text(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            let plain =
                ["pattern", "format", "enum"].into_iter().all(|keyword| !members.contains_key(keyword));
            let on_one_line = matches!(members.get("format").and_then(Value::as_str), Some("line" | "name"));
            if plain && members.contains_key("minLength") {
                members.insert("pattern".to_owned(), json!(TEXT));
            } else if on_one_line {
                members.insert("pattern".to_owned(), json!(LINE));
            }
            members.values_mut().for_each(demand_text);
        }
        Value::Array(items) => items.iter_mut().for_each(demand_text),
        _ => {}
    }
}

/// Members of the answer that cannot be set may be sent back as they are; what is told only once cannot.
fn take_back(schema: &mut Value, answer: &Value, schemas: &Map<String, Value>) {
    let mut own = Map::new();
    collect(answer, schemas, &mut own);
    let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else { return };
    for (name, mut member) in own {
        if properties.contains_key(&name) {
            continue;
        }
        if let Value::Object(member) = &mut member {
            member.insert("readOnly".to_owned(), json!(true));
        }
        properties.insert(name, member);
    }
}

/// The members that an answer always has, and those of the moment; those of its parts included.
fn collect(answer: &Value, schemas: &Map<String, Value>, found: &mut Map<String, Value>) {
    let answer = referred(answer, schemas).unwrap_or(answer);
    let required = answer.get("required").and_then(Value::as_array);
    let always = |name: &String| required.is_some_and(|required| required.iter().any(|known| known == name));
    let of_the_moment = |member: &Value| member.get("x-of-the-moment").is_some();
    let properties = answer.get("properties").and_then(Value::as_object).into_iter().flatten();
    let kept = properties.filter(|(name, member)| always(name) || of_the_moment(member));
    found.extend(kept.map(|(name, member)| (name.clone(), member.clone())));
    let parts = answer.get("allOf").and_then(Value::as_array);
    parts.into_iter().flatten().for_each(|part| collect(part, schemas, found));
}

/// The schema of what is to change: nothing is required at any depth. What stands in an array is replaced whole.
fn patch_of(schema: &Value, schemas: &Map<String, Value>) -> Value {
    match schema {
        Value::Object(members) => {
            if let Some(target) = referred(schema, schemas)
                && requires(target, schemas)
            {
                let mut patch = patch_of(target, schemas);
                if let Value::Object(patch) = &mut patch {
                    patch.extend(
                        members
                            .iter()
                            .filter(|(name, _)| *name != "$ref")
                            .map(|(n, v)| (n.clone(), v.clone())),
                    );
                }
                return patch;
            }
            let kept = members.iter().filter(|(name, _)| *name != "required").map(|(name, value)| {
                let inner = match name.as_str() {
                    "properties" => of_each(value, schemas),
                    "anyOf" | "oneOf" | "allOf" => of_all(value, schemas),
                    _ => value.clone(),
                };
                (name.clone(), inner)
            });
            Value::Object(kept.collect())
        }
        other => other.clone(),
    }
}

fn of_each(properties: &Value, schemas: &Map<String, Value>) -> Value {
    let properties = properties.as_object().into_iter().flatten();
    properties.map(|(name, schema)| (name.clone(), patch_of(schema, schemas))).collect()
}

fn of_all(branches: &Value, schemas: &Map<String, Value>) -> Value {
    branches.as_array().into_iter().flatten().map(|branch| patch_of(branch, schemas)).collect()
}

fn referred<'s>(schema: &Value, schemas: &'s Map<String, Value>) -> Option<&'s Value> {
    let name = schema.get("$ref")?.as_str()?.rsplit('/').next()?;
    schemas.get(name)
}

/// Whether a schema requires anything, itself or further in.
fn requires(schema: &Value, schemas: &Map<String, Value>) -> bool {
    let own = schema.get("required").and_then(Value::as_array).is_some_and(|required| !required.is_empty());
    let properties = schema.get("properties").and_then(Value::as_object);
    let branches = ["anyOf", "oneOf", "allOf"].into_iter().filter_map(|of| schema.get(of)?.as_array());
    let inner = properties.into_iter().flat_map(Map::values).chain(branches.flatten());
    own || referred(schema, schemas).is_some_and(|target| requires(target, schemas))
        || inner.into_iter().any(|schema| requires(schema, schemas))
}
