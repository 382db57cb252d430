//! What holds for every operation, said once: refusals, headers, parameters, security; each says of itself only in what it
//! differs from all others of its kind.

use super::statute::reference;
use super::{bounds, examples, parts};
use crate::domain::language::{Language, say};
use crate::http::kernel::{Code, PROBLEM_JSON};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What may be done by everybody who has signed in, or by those a thing names.
const NEVER_FORBIDDEN: &[&str] = &["cancel_job", "decide_pending", "create_transitions"];

/// What takes no parameters and heeds none.
const UNASKED: &[&str] = &["read_health", "read_readiness", "read_metrics"];

/// Lists that change with the program alone: a page of them costs what a single read costs.
const CONSTANT: &[&str] = &["list_rules", "list_formats", "list_indicators"];

/// Reads that are never the same twice, or flow on.
const UNTAGGED: &[&str] =
    &["read_health", "read_readiness", "read_metrics", "stream_changes", "list_changes"];

fn flag(operation: &mut Map<String, Value>, name: &str) -> bool {
    operation.remove(name).and_then(|flag| flag.as_bool()).unwrap_or(false)
}

fn takes(operation: &Map<String, Value>, parameter: &str) -> bool {
    let taken = operation.get("parameters").and_then(Value::as_array).into_iter().flatten();
    taken.into_iter().any(|taken| taken.get("name").is_some_and(|name| name == parameter))
}

/// Finishes an operation as its handler drafted it.
pub fn finish(operation: &mut Map<String, Value>, (method, path): (&str, &str), examples: &Value) {
    parts::add(operation, path);
    let id = operation.get("operationId").and_then(Value::as_str).unwrap_or_default().to_owned();
    let is = |among: &[&str]| among.contains(&id.as_str());
    let said_tagged = operation.remove("x-tagged").and_then(|flag| flag.as_bool());
    let paged = takes(operation, "cursor");
    let listed = paged && !is(CONSTANT);
    let for_token = flag(operation, "x-token");
    let for_anybody = flag(operation, "x-anonymous");
    let unmatched = flag(operation, "x-unmatched");
    let sometimes = flag(operation, "x-sometimes-matched");
    // A POST whose 200 is no dry run: it tags and replays what it answers.
    let same = flag(operation, "x-same");
    let cost = bounds::cost_of(operation, listed);
    // Taken out and put in anew: what a handler says beside another thing comes in any order.
    operation.shift_remove("x-cost");
    operation.insert("x-cost".to_owned(), json!(cost));
    let creates = operation.get("responses").is_some_and(|responses| responses.get("201").is_some());
    let tagged = said_tagged.unwrap_or(match method {
        // What has no version of its own is tagged by what it says.
        "get" => !is(UNTAGGED),
        "put" | "patch" => true,
        _ => creates,
    });
    let mut codes: BTreeSet<Code> = operation
        .get("x-problems")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|code| code.as_str()?.parse().ok())
        .collect();
    // Judging stores nothing: it needs neither a key nor a writer.
    let writes = method != "get" && id != "validate";
    let keyed = writes && method == "post";
    let matched = (matches!(method, "put" | "patch" | "delete") && !unmatched)
        || (codes.contains(&Code::PreconditionRequired) && !sometimes);
    let has_body = operation.contains_key("requestBody");
    codes.extend([
        Code::Unauthorized,
        Code::MalformedRequest,
        Code::HeadersTooLarge,
        Code::RateLimited,
        Code::Internal,
        Code::Overloaded,
        Code::Unavailable,
    ]);
    let of_its_kind = [
        (method == "get", Code::NotAcceptable),
        (path.contains('{'), Code::NotFound),
        (!is(UNASKED), Code::InvalidQuery),
        (paged, Code::InvalidCursor),
        (writes && !is(NEVER_FORBIDDEN), Code::Forbidden),
    ];
    codes.extend(of_its_kind.into_iter().filter(|(applies, _)| *applies).map(|(_, code)| code));
    if has_body {
        codes.extend([
            Code::InvalidJson,
            Code::InvalidInput,
            Code::UnsupportedMediaType,
            Code::PayloadTooLarge,
            Code::RequestTimeout,
        ]);
    }
    if matched {
        codes.extend([Code::PreconditionRequired, Code::PreconditionFailed]);
    }
    if writes {
        codes.insert(Code::OutcomeUnknown);
    }
    if keyed {
        codes.extend([Code::InvalidHeader, Code::IdempotencyKeyReused, Code::IdempotencyInProgress]);
    }
    add_parameters(operation, (keyed, matched, sometimes), tagged && method == "get", method == "get");
    add_headers(operation, method, (tagged, paged, keyed, same));
    if tagged && method == "get" {
        add_response(
            operation,
            "304",
            json!({"description": "没有变化", "headers": {
                "X-Request-Id": {"$ref": "#/components/headers/RequestId"},
                "ETag": {"$ref": "#/components/headers/ETag"},
            }}),
        );
    }
    add_problems(operation, &codes);
    let security = if (writes && !for_anybody) || for_token {
        json!([{"token": []}])
    } else {
        json!([{}, {"token": []}])
    };
    operation.insert("security".to_owned(), security);
    examples::add(operation, examples.get(&id));
}

fn add_parameters(
    operation: &mut Map<String, Value>,
    (keyed, matched, sometimes): (bool, bool, bool),
    conditional: bool,
    reads: bool,
) {
    let named = [
        (matched, "IfMatch"),
        (sometimes, "IfSeen"),
        (keyed, "IdempotencyKey"),
        (conditional, "IfNoneMatch"),
        (reads, "Position"),
        (true, "AcceptLanguage"),
        (true, "RequestId"),
    ];
    let list = operation.entry("parameters").or_insert_with(|| json!([]));
    if let Value::Array(list) = list {
        for (_, name) in named.into_iter().filter(|(wanted, _)| *wanted) {
            list.push(json!({"$ref": format!("#/components/parameters/{name}")}));
        }
    }
}

fn add_response(operation: &mut Map<String, Value>, status: &str, response: Value) {
    let responses = operation.entry("responses").or_insert_with(|| json!({}));
    if let Value::Object(responses) = responses {
        responses.insert(status.to_owned(), response);
    }
}

fn add_headers(
    operation: &mut Map<String, Value>,
    method: &str,
    (tagged, listed, keyed, same): (bool, bool, bool, bool),
) {
    let responses = operation.get_mut("responses").and_then(Value::as_object_mut);
    for (status, response) in responses.into_iter().flatten() {
        let dry = status == "200" && keyed && !same;
        let named = [
            (true, "X-Request-Id", "RequestId"),
            (tagged && !dry, "ETag", "ETag"),
            (matches!(status.as_str(), "201" | "202"), "Location", "Location"),
            (listed, "Link", "Link"),
            (method != "get", "Nianbao-Seq", "Position"),
            (keyed && !dry, "Idempotency-Replayed", "Replayed"),
        ];
        let headers: Map<String, Value> = named
            .into_iter()
            .filter(|(wanted, _, _)| *wanted)
            .map(|(_, name, component)| {
                (name.to_owned(), json!({"$ref": format!("#/components/headers/{component}")}))
            })
            .collect();
        if let Value::Object(response) = response {
            response.insert("headers".to_owned(), Value::Object(headers));
        }
    }
}

/// One response for each status, naming every code it can carry.
fn add_problems(operation: &mut Map<String, Value>, codes: &BTreeSet<Code>) {
    let mut by_status: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
    for code in codes {
        by_status.entry(code.status().as_u16()).or_default().push(*code);
    }
    for (status, codes) in by_status {
        let said: Vec<String> = codes
            .iter()
            .map(|code| {
                format!("`{}`：{}", code.as_str(), say("problem", code.as_str(), Language::Chinese, &[]))
            })
            .collect();
        let mut headers = json!({"X-Request-Id": {"$ref": "#/components/headers/RequestId"}});
        if let Value::Object(headers) = &mut headers {
            if status == 401 {
                let header = json!({"$ref": "#/components/headers/Authenticate"});
                headers.insert("WWW-Authenticate".to_owned(), header);
            }
            if matches!(status, 429 | 503) {
                let header = json!({"$ref": "#/components/headers/RetryAfter"});
                headers.insert("Retry-After".to_owned(), header);
            }
            if status == 416 {
                let header = json!({"$ref": "#/components/headers/ContentRange"});
                headers.insert("Content-Range".to_owned(), header);
            }
        }
        let response = json!({
            "description": said.join("；"),
            "headers": headers,
            "content": {PROBLEM_JSON: {"schema": reference("Problem")}},
        });
        add_response(operation, &status.to_string(), response);
    }
    let names: Vec<&str> = codes.iter().map(|code| code.as_str()).collect();
    operation.shift_remove("x-problems");
    operation.insert("x-problems".to_owned(), json!(names));
    if let Some(Value::Object(responses)) = operation.get_mut("responses") {
        responses.sort_keys();
    }
}
