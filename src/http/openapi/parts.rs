//! Parts of paths: what each names, said once, by what stands before it.

use super::statute::reference;
use serde_json::{Map, Value, json};

/// Documents the parts of an operation's path, before everything else that it takes.
pub fn add(operation: &mut Map<String, Value>, path: &str) {
    let segments = path.split('/').zip(path.split('/').skip(1));
    let parts = segments.filter_map(|(before, part)| {
        let name = part.strip_prefix('{')?.strip_suffix('}')?;
        let (words, schema) = part_behind(before, name)?;
        Some(json!({"name": name, "in": "path", "description": words, "required": true, "schema": schema}))
    });
    let mut parts: Vec<Value> = parts.collect();
    if parts.is_empty() {
        return;
    }
    if let Some(Value::Array(asked)) = operation.get_mut("parameters") {
        parts.append(asked);
        *asked = parts;
        return;
    }
    let behind = operation.keys().position(|key| key == "operationId").map_or(0, |at| at + 1);
    operation.shift_insert(behind, "parameters".to_owned(), Value::Array(parts));
}

fn part_behind(before: &str, name: &str) -> Option<(&'static str, Value)> {
    let id = || json!({"type": "string", "format": "uuid"});
    let year = || json!({"type": "integer", "format": "int32", "maximum": 2099, "minimum": 2008});
    Some(match (before, name) {
        ("agencies" | "roster", "agency") => ("机关编号或统一社会信用代码", reference("AgencyIdOrCode")),
        ("comments", _) => ("意见编号", id()),
        ("document", _) => ("文件的格式", reference("DocumentFormat")),
        ("findings", _) => ("问题的键", json!({"type": "string"})),
        ("formats", _) => ("格式编号，如 2021", reference("FormatName")),
        ("jobs", _) => ("任务编号", id()),
        ("persons", _) => ("人员编号", id()),
        ("problems", _) => ("错误代码", reference("ProblemCode")),
        ("reports", "id") => ("报告编号", id()),
        ("reports" | "years", "year") => ("年度", year()),
        ("revisions", _) => ("第几版", json!({"type": "integer", "format": "int32", "minimum": 1})),
        ("sections", _) => ("部分的键名，见 `GET /formats`", reference("SectionKind")),
        (_, "id") => ("编号", id()),
        _ => return None,
    })
}
