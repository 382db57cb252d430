//! Every reply is what the OpenAPI document says it may be, and so is every body that was taken.

use super::client::Reply;
use super::process::PROGRAM;
use jsonschema::Validator;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::process::Command;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// The document as the program prints it.
pub static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let output = Command::new(PROGRAM).arg("openapi").output().expect("the document");
    serde_json::from_slice(&output.stdout).expect("JSON")
});

static VALIDATORS: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);

/// Whether a path fits a template such as `/api/v1/agencies/{agency}`.
fn fits(template: &str, path: &str) -> bool {
    let (mut wanted, mut given) = (template.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(part), Some(segment)) if part == segment => {}
            (Some(part), Some(segment)) if part.starts_with('{') && !segment.is_empty() => {}
            _ => return false,
        }
    }
}

/// Fails on a reply that the document does not promise.
#[track_caller]
pub fn check(reply: &Reply) {
    assert!(reply.header("x-request-id").is_some(), "no request id: {reply:?}");
    if reply.status >= 400 && reply.method() != "HEAD" {
        check_problem(reply);
    }
    let paths = DOCUMENT["paths"].as_object().expect("paths");
    let operation = paths
        .iter()
        .filter(|(template, _)| fits(template, reply.path()))
        .find_map(|(template, item)| Some((template, item.get(reply.method().to_lowercase())?)));
    let Some((template, operation)) = operation else {
        let excused = matches!(reply.method(), "HEAD" | "OPTIONS") || reply.path().starts_with("/docs");
        assert!(excused || reply.status >= 400, "not in the document: {reply:?}");
        return;
    };
    let status = reply.status.to_string();
    let place = format!("{} {template} {status}", reply.method());
    let promised = resolved(&operation["responses"][&status]);
    assert!(promised.is_object(), "{place} is not documented: {}", reply.text());
    if reply.status >= 400 {
        let code = &reply.value()["code"];
        let codes = operation["x-problems"].as_array().expect("x-problems");
        assert!(codes.contains(code), "{place}: the problem {code} is not documented");
    }
    if reply.status < 300 {
        check_sent(reply, operation, &place);
    }
    check_headers(reply, promised, &place);
    check_body(reply, promised, &place);
    record(reply, operation);
}

/// What a reference refers to; what is none, itself.
pub fn resolved(part: &'static Value) -> &'static Value {
    match part["$ref"].as_str().and_then(|at| at.strip_prefix('#')) {
        Some(at) => DOCUMENT.pointer(at).unwrap_or_else(|| panic!("{at} is referred to and not there")),
        None => part,
    }
}

/// With `NIANBAO_RECORD_EXAMPLES=FILE` each success is written there, a line each: where the document's
/// examples are taken from.
fn record(reply: &Reply, operation: &Value) {
    let Some(file) = std::env::var_os("NIANBAO_RECORD_EXAMPLES").filter(|_| reply.status < 300) else {
        return;
    };
    let body: Option<Value> = serde_json::from_slice(&reply.bytes).ok();
    let line =
        json!({"id": operation["operationId"], "request": reply.sent, "status": reply.status, "body": body});
    let open = std::fs::OpenOptions::new().create(true).append(true).open(file);
    let written =
        open.and_then(|mut file| std::io::Write::write_all(&mut file, format!("{line}\n").as_bytes()));
    written.expect("the examples are written");
}

#[track_caller]
fn check_problem(reply: &Reply) {
    assert_eq!(reply.header("content-type"), Some("application/problem+json"), "{reply:?}");
    let problem = reply.value();
    let code = problem["code"].as_str().expect("a code");
    assert_eq!(problem["type"], format!("/problems/{code}"));
    assert_eq!(problem["status"], reply.status);
    assert_eq!(
        problem["instance"].as_str(),
        reply.header("x-request-id").map(|id| format!("urn:uuid:{id}")).as_deref()
    );
    for member in ["title", "detail"] {
        assert!(problem[member].as_str().is_some_and(|text| !text.is_empty()), "{problem}");
    }
}

/// Headers of HTTP itself and those that guard pages: no operation promises them.
const OF_ALL: [&str; 15] = [
    "date",
    "connection",
    "content-length",
    "content-type",
    "content-encoding",
    "transfer-encoding",
    "cache-control",
    "vary",
    "x-accel-buffering",
    "x-content-type-options",
    "content-security-policy",
    "referrer-policy",
    "x-frame-options",
    "strict-transport-security",
    "permissions-policy",
];
/// The two that take what the document forbids, by name: what does not fit a report document becomes a finding there.
const LENIENT: [&str; 2] = ["validate", "import_document"];

/// A body that was taken is one that the document allows.
#[track_caller]
fn check_sent(reply: &Reply, operation: &Value, place: &str) {
    let Some(sent) = &reply.sent else { return };
    let content = operation["requestBody"]["content"].as_object();
    let described = content.into_iter().flatten().find(|(media, _)| is_json(media));
    let Some((media, described)) = described else { return };
    if LENIENT.iter().any(|lenient| operation["operationId"] == *lenient) {
        return;
    }
    let validator = validator(&format!("{place} sent as {media}"), &described["schema"]);
    let faults: Vec<String> = validator
        .iter_errors(sent)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .take(5)
        .collect();
    assert!(faults.is_empty(), "{place} took what the document forbids: {faults:#?}\n{sent}");
}

#[track_caller]
fn check_headers(reply: &Reply, promised: &Value, place: &str) {
    for (name, header) in promised["headers"].as_object().into_iter().flatten() {
        let component = header["$ref"].as_str().and_then(|at| at.rsplit('/').next()).expect("a component");
        let required = DOCUMENT["components"]["headers"][component]["required"] == true;
        assert!(!required || reply.header(&name.to_lowercase()).is_some(), "{place}: no header {name}");
    }
    let known = |name: &str| {
        let promised = promised["headers"].as_object().into_iter().flatten();
        OF_ALL.contains(&name)
            || name.starts_with("access-control-")
            || promised.into_iter().any(|(known, _)| known.eq_ignore_ascii_case(name))
    };
    for (name, _) in &reply.headers {
        assert!(known(name), "{place}: the header {name} is not documented");
    }
}

#[track_caller]
fn check_body(reply: &Reply, promised: &Value, place: &str) {
    let Some(content) = promised["content"].as_object() else {
        assert!(reply.bytes.is_empty(), "{place}: a body that is not documented");
        return;
    };
    let media = reply.header("content-type").unwrap_or_default();
    let essence = media.split(';').next().unwrap_or_default().trim();
    let known = content.iter().find(|(known, _)| known.split(';').next() == Some(essence));
    let (_, described) = known.unwrap_or_else(|| panic!("{place}: {media} is not documented"));
    if !is_json(essence) || described["schema"]["format"] == "binary" {
        return;
    }
    let validator = validator(&format!("{place} {essence}"), &described["schema"]);
    let body = reply.value();
    let faults: Vec<String> = validator
        .iter_errors(&body)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .take(5)
        .collect();
    assert!(faults.is_empty(), "{place} is not as documented: {faults:#?}\n{}", reply.text());
}

/// One JSON value, not a line each.
pub fn is_json(media: &str) -> bool {
    media.ends_with("json") && !media.ends_with("ndjson")
}

/// What judges bodies of a place. Places of one schema share one: each holds all the schemas there are.
fn validator(place: &str, schema: &Value) -> Arc<Validator> {
    let mut known = VALIDATORS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(validator) = known.get(place) {
        return Arc::clone(validator);
    }
    let text = schema.to_string();
    let validator = known.get(&text).cloned().unwrap_or_else(|| {
        let mut root = schema.clone();
        if let Value::Object(members) = &mut root {
            members.insert("components".to_owned(), json!({"schemas": DOCUMENT["components"]["schemas"]}));
        }
        Arc::new(jsonschema::validator_for(&root).expect("a schema"))
    });
    known.insert(text, Arc::clone(&validator));
    known.insert(place.to_owned(), Arc::clone(&validator));
    validator
}
