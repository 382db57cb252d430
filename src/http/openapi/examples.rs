//! The examples of the document, laid beside what they are examples of.

use serde_json::{Map, Value};

/// Real requests and answers by operation, taken from a running demo.
const EXAMPLES: &str = include_str!("examples.json");

/// By operation.
pub fn all() -> Value {
    serde_json::from_str(EXAMPLES).unwrap_or_default()
}

/// Lays the examples into request and success.
pub fn add(operation: &mut Map<String, Value>, examples: Option<&Value>) {
    let Some(examples) = examples else { return };
    let request = operation.get_mut("requestBody").and_then(|body| body.get_mut("content"));
    lay(request, examples.get("request"), examples.get("request_text"));
    let lines =
        operation.get_mut("requestBody").and_then(|body| body.pointer_mut("/content/application~1x-ndjson"));
    if let (Some(Value::Object(lines)), Some(example)) = (lines, examples.get("request_lines")) {
        lines.insert("example".to_owned(), example.clone());
    }
    for status in ["200", "201", "202"] {
        let response = operation.get_mut("responses").and_then(|responses| responses.get_mut(status));
        lay(response.and_then(|response| response.get_mut("content")), examples.get(status), None);
    }
}

fn lay(content: Option<&mut Value>, json: Option<&Value>, text: Option<&Value>) {
    for (media, body) in content.and_then(Value::as_object_mut).into_iter().flatten() {
        let example = if media.ends_with("json") && !media.ends_with("ndjson") { json } else { text };
        if let (Some(example), Value::Object(body)) =
            (example.filter(|_| !media.starts_with("multipart")), body)
        {
            body.insert("example".to_owned(), example.clone());
        }
    }
}
