//! The one body that is read leniently: a report document, in which what does not fit becomes a finding.

use super::statute::reference;
use serde_json::{Map, Value, json};

/// Adds its schema.
pub fn add(schemas: &mut Map<String, Value>) {
    let heading = heading(schemas);
    schemas.insert("ReportDocument".to_owned(), document(heading));
}

/// A report outside the database. It is open: what does not fit becomes a finding.
fn document(heading: Map<String, Value>) -> Value {
    let mut properties = Map::from_iter([
        ("agency_name".to_owned(), json!({"type": ["string", "null"]})),
        ("agency_id".to_owned(), json!({"type": ["string", "null"]})),
        ("year".to_owned(), json!({"type": ["integer", "null"], "description": "报告年度。"})),
        ("scope".to_owned(), json!({"anyOf": [reference("ReportScope"), {"type": "null"}]})),
        ("format".to_owned(), json!({"type": ["string", "null"], "description": "格式；不写则按年度。"})),
        (
            "sections".to_owned(),
            json!({"type": "object",
            "description": "各部分，同 `SectionsInput`；不合格式之处成为校验问题，不拒绝。"}),
        ),
    ]);
    properties.extend(heading);
    json!({
        "type": "object",
        "description": "报告文档：校验的内容、导入的结果、JSON 的导出和导入都是它。也接受整份 `Report`。标题、落款、日期、索引号、\
            网址读不出来的，成为校验问题，不拒绝。",
        "required": ["year", "sections"],
        "properties": properties,
    })
}

/// Title, signature and the like, as a report answers them.
fn heading(schemas: &Map<String, Value>) -> Map<String, Value> {
    let report = schemas.get("Report").and_then(|report| report.get("properties"));
    let names = ["title", "signed_by", "signed_on", "index_number", "source_url"];
    names.iter().filter_map(|name| Some(((*name).to_owned(), report?.get(name)?.clone()))).collect()
}
