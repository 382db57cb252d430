//! What many operations answer alike stands once: headers and refusals as components.

use crate::domain::language::{Language, say};
use crate::http::kernel::{Code, PROBLEM_JSON};
use actix_web::http::StatusCode;
use serde_json::{Map, Value, json};

/// Headers that an answer may have, beside those that its operation promises: component, name, text, required where
/// it is named.
const HEADERS: &[(&str, &str, &str, bool)] = &[
    ("RateLimit", "RateLimit", "限速时：还可以问几次，几秒后恢复（`\"client\";r=57;t=3`）。", false),
    ("RateLimitPolicy", "RateLimit-Policy", "限速时：每分钟几次（`\"client\";q=60;w=60`）。", false),
    ("LastModified", "Last-Modified", "内容最近一次变动的时间。", false),
    ("ContentLanguage", "Content-Language", "内容所用的语言：`zh-CN` 或 `en`。", false),
    ("AcceptPatch", "Accept-Patch", "`PATCH` 接受的类型。", false),
    ("ContentDisposition", "Content-Disposition", "存成文件时的名称。", true),
    ("TableDisposition", "Content-Disposition", "CSV 存成文件时的名称。", false),
    ("Places", "Link", "从这里可以去的地方（RFC 8288）。", true),
    ("Seq", "Nianbao-Seq", "包含到哪一条公开变更为止；从 `GET /changes?since=` 这个序号接续。", true),
    ("Epoch", "Nianbao-Epoch", "变更记录的代号；从备份恢复后不同。", true),
    ("SourceMediaType", "X-Source-Media-Type", "原文件的类型。", true),
    ("Digest", "Digest", "原文件的 SHA-256。", true),
    ("AcceptRanges", "Accept-Ranges", "`bytes`：可以只要一部分（`Range`）。", false),
    ("ContentRange", "Content-Range", "给出的是哪一部分；416 时是全部有多长。", true),
    ("Accept", "Accept", "接受的类型。", false),
    ("AcceptEncoding", "Accept-Encoding", "`identity`：请求的内容不接受编码。", false),
];

/// Operations whose file may be asked for in parts.
const RANGED: &[&str] = &["read_report_file", "read_report_document", "read_source", "read_workbook"];

/// Adds the answer to a request for a part of a file.
pub fn answer_parts(operation: &mut Map<String, Value>) {
    let ranged = operation.get("operationId").and_then(Value::as_str).is_some_and(|id| RANGED.contains(&id));
    let Some(Value::Object(responses)) = operation.get_mut("responses").filter(|_| ranged) else { return };
    let Some(mut part) = responses.get("200").cloned() else { return };
    if let Some(headers) =
        responses.get_mut("200").and_then(|whole| whole.get_mut("headers")?.as_object_mut())
    {
        refer(headers, &["AcceptRanges"]);
    }
    if let Some(members) = part.as_object_mut() {
        members.insert("description".to_owned(), json!("所要的一部分（`Range`）"));
        for (_, content) in members.get_mut("content").and_then(Value::as_object_mut).into_iter().flatten() {
            *content = json!({"schema": {"type": "string", "format": "binary"}});
        }
        if let Some(headers) = members.get_mut("headers").and_then(Value::as_object_mut) {
            refer(headers, &["ContentRange"]);
        }
    }
    responses.insert("206".to_owned(), part);
    responses.sort_keys();
}

/// Operations that answer with a file.
const FILES: &[&str] =
    &["read_report_file", "read_report_document", "read_source", "read_workbook", "read_bundle"];

/// Adds the headers to the components.
pub fn add_headers(components: &mut Map<String, Value>) {
    let headers = components.entry("headers").or_insert_with(|| json!({}));
    for (component, _, text, required) in HEADERS {
        let schema = if *component == "Seq" { json!({"type": "integer"}) } else { json!({"type": "string"}) };
        let header = json!({"required": required, "description": text, "schema": schema});
        if let Value::Object(headers) = headers {
            headers.insert((*component).to_owned(), header);
        }
    }
}

fn refer(headers: &mut Map<String, Value>, components: &[&str]) {
    let named = HEADERS.iter().filter(|(component, ..)| components.contains(component));
    for (component, name, ..) in named {
        headers.insert((*name).to_owned(), json!({"$ref": format!("#/components/headers/{component}")}));
    }
}

/// Names, at each answer that is none of a problem, the headers that it may have.
pub fn name_headers(operation: &mut Map<String, Value>, method: &str) {
    let id = operation.get("operationId").and_then(Value::as_str).unwrap_or_default().to_owned();
    for (status, response) in
        operation.get_mut("responses").and_then(Value::as_object_mut).into_iter().flatten()
    {
        if status.starts_with(['4', '5']) {
            continue;
        }
        let whole = status != "304" && status != "204";
        let Some(response) = response.as_object_mut() else { continue };
        let tagged = response.get("headers").is_some_and(|headers| headers.get("ETag").is_some());
        let is_table = response.get("content").is_some_and(|content| content.get("text/csv").is_some());
        let headers = response.entry("headers").or_insert_with(|| json!({}));
        let Some(headers) = headers.as_object_mut() else { continue };
        refer(headers, &["RateLimit", "RateLimitPolicy"]);
        if method == "get" || tagged {
            refer(headers, &["LastModified", "AcceptPatch"]);
        }
        if whole {
            refer(headers, &["ContentLanguage"]);
        }
        if FILES.contains(&id.as_str()) {
            refer(headers, &["ContentDisposition"]);
        } else if is_table {
            refer(headers, &["TableDisposition"]);
        }
        match id.as_str() {
            "read_index" => refer(headers, &["Places"]),
            "read_bundle" => refer(headers, &["Seq", "Epoch"]),
            "read_source" if whole => refer(headers, &["SourceMediaType", "Digest"]),
            _ => {}
        }
    }
}

/// `409` → `Conflict`.
fn component_of(status: &str) -> String {
    let known = status.parse().ok().and_then(|status| StatusCode::from_u16(status).ok());
    let reason = known.and_then(|status| status.canonical_reason()).unwrap_or(status);
    reason.chars().filter(char::is_ascii_alphabetic).collect()
}

/// Moves the refusals of an operation into the components, one for each status; which codes the operation refuses
/// with stays with it.
pub fn share_refusals(operation: &mut Map<String, Value>, shared: &mut Map<String, Value>) {
    for (status, response) in
        operation.get_mut("responses").and_then(Value::as_object_mut).into_iter().flatten()
    {
        if !status.starts_with(['4', '5']) || response.get("$ref").is_some() {
            continue;
        }
        let name = component_of(status);
        let codes = response.get("description").cloned().unwrap_or_default();
        let at = json!({"$ref": format!("#/components/responses/{name}"), "description": codes});
        let mut whole = std::mem::replace(response, at);
        if shared.contains_key(&name) {
            continue;
        }
        if let Value::Object(whole) = &mut whole {
            whole.insert("description".to_owned(), json!(codes_of(status)));
            let headers = whole.entry("headers").or_insert_with(|| json!({}));
            if let Value::Object(headers) = headers {
                refer(headers, &["RateLimit", "RateLimitPolicy", "ContentLanguage"]);
                if status == "415" {
                    refer(headers, &["Accept", "AcceptEncoding", "AcceptPatch"]);
                }
            }
        }
        shared.insert(name, whole);
    }
}

/// Everything that a status can mean.
fn codes_of(status: &str) -> String {
    let codes = Code::ALL.iter().filter(|code| code.status().as_str() == status);
    let said = codes.map(|code| {
        format!("`{}`：{}", code.as_str(), say("problem", code.as_str(), Language::Chinese, &[]))
    });
    said.collect::<Vec<String>>().join("；")
}

/// A media type whose content is bytes, or the answer of an operation that gives files.
fn is_binary(media: &str) -> bool {
    let text = media.starts_with("text/") || media.starts_with("multipart/");
    let words = ["json", "yaml", "jsonl", "openmetrics-text"];
    !text && !words.iter().any(|word| media.split(';').next().is_some_and(|media| media.ends_with(word)))
}

/// Says of bytes that they are bytes, and of bodies that they must be there.
pub fn mark_bytes(operation: &mut Map<String, Value>) {
    let all = operation.get("operationId").and_then(Value::as_str) == Some("read_report_file");
    let answers = operation.get_mut("responses").and_then(Value::as_object_mut).into_iter().flatten();
    let answers = answers.filter(|(status, _)| status.starts_with('2')).map(|(_, answer)| answer);
    for body in answers {
        mark(body, all);
    }
    if let Some(body) = operation.get_mut("requestBody") {
        mark(body, false);
        if let Value::Object(body) = body {
            body.insert("required".to_owned(), json!(true));
        }
    }
}

fn mark(body: &mut Value, all: bool) {
    for (media, content) in body.get_mut("content").and_then(Value::as_object_mut).into_iter().flatten() {
        let json = [PROBLEM_JSON, "application/json"].contains(&media.as_str());
        if !json && (all || is_binary(media)) {
            *content = json!({"schema": {"type": "string", "format": "binary"}});
        }
    }
}

/// What changes a thing is a merge patch; it may be sent as plain JSON too.
pub fn take_merge_patches(operation: &mut Map<String, Value>, method: &str) {
    let content = operation.get_mut("requestBody").and_then(|body| body.get_mut("content"));
    let Some(Value::Object(content)) = content.filter(|_| method == "patch") else { return };
    if let Some(patch) = content.get("application/json").cloned() {
        content.shift_insert(0, "application/merge-patch+json".to_owned(), patch);
    }
}
