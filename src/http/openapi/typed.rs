//! What answers hold that no struct of the program spells out: the tables of a sum, values by indicator, what a
//! webhook is sent, the result of a job.

use super::statute::reference;
use crate::domain::form;
use crate::http::kernel::names::pascal;
use serde_json::{Map, Value, json};

/// Adds their schemas.
pub fn add(schemas: &mut Map<String, Value>) {
    let number = json!({"type": ["number", "null"], "description": "精确的数值；null = 没有。"});
    let by_indicator = |value: Value, description: &str| json!({"type": "object", "description": description, "additionalProperties": value});
    let change = object(
        "与上一个年度相比。",
        &[
            ("previous", number.clone()),
            ("difference", number.clone()),
            (
                "percent",
                json!({"type": ["number", "null"], "description": "百分数，三位小数；上年为零则空。"}),
            ),
        ],
    );
    let tables: Vec<Value> = form::all().iter().rev().map(|form| add_tables(schemas, form)).collect();
    let written = [
        ("Figure", number),
        ("IndicatorValues", by_indicator(reference("Figure"), "指标到数值。")),
        ("IndicatorChange", change),
        ("IndicatorChanges", by_indicator(reference("IndicatorChange"), "指标到与上一个年度的比较。")),
        ("Tables", json!({"description": "一个格式的各表，完整。", "anyOf": tables})),
        (
            "AuditDetail",
            json!({"type": "object", "description": "随 `action` 而不同。", "additionalProperties": true}),
        ),
        ("ReportEvent", event("EventName", reference("Change"))),
        ("TestEvent", event("TestEventName", object("试送的 webhook。", &[("webhook_id", uuid())]))),
        ("TestEventName", json!({"type": "string", "enum": [crate::operations::webhooks::TEST]})),
        (
            "EventPayload",
            json!({"description": "送给 webhook 的内容。",
            "anyOf": [reference("ReportEvent"), reference("TestEvent")]}),
        ),
        (
            "AgencyItems",
            json!({"type": "object", "description": "要登记的机关。", "required": ["items"],
            "additionalProperties": false,
            "properties": {"items": {"type": "array", "items": reference("AgencyInput")}}}),
        ),
        ("ImportForm", import_form()),
        ("ValidationTally", tally()),
        ("RuleTally", rule_tally()),
        ("AgencyTally", agency_tally()),
    ];
    schemas.extend(written.map(|(name, schema)| (name.to_owned(), schema)));
}

fn object(description: &str, members: &[(&str, Value)]) -> Value {
    let names: Vec<&str> = members.iter().map(|(name, _)| *name).collect();
    let members: Map<String, Value> =
        members.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect();
    json!({"type": "object", "description": description, "required": names, "properties": members})
}

fn uuid() -> Value {
    json!({"type": "string", "format": "uuid"})
}

fn count(description: &str) -> Value {
    json!({"type": "integer", "minimum": 0, "description": description})
}

/// The tables of a form, under the keys of their sections.
fn add_tables(schemas: &mut Map<String, Value>, form: &form::Form) -> Value {
    let tables = form.sections.iter().filter(|section| section.table.is_some());
    let table = |key: &str| reference(&format!("Table{}{}", form.id, pascal(key)));
    let members: Vec<(&str, Value)> =
        tables.map(|section| (section.key.as_str(), table(&section.key))).collect();
    let name = format!("Tables{}", form.id);
    schemas.insert(name.clone(), object(&format!("{}的各表。", form.title), &members));
    reference(&name)
}

fn event(name: &str, data: Value) -> Value {
    object(
        "一个事件，按 Standard Webhooks 签名送出。",
        &[
            ("type", reference(name)),
            ("timestamp", json!({"type": "string", "format": "date-time", "description": "事件的时间。"})),
            ("data", data),
        ],
    )
}

fn import_form() -> Value {
    let file = json!({"type": "string", "format": "binary",
        "description": "docx、xlsx、html、纯文本、Markdown 或 JSON；类型按这一项的 `Content-Type`、文件名或内容认出。"});
    object("以表单上传。", &[("file", file)])
}

fn tally() -> Value {
    let each = |name: &str| json!({"type": "array", "items": reference(name)});
    object(
        "校验一个年度的结果。",
        &[
            ("reports", count("校验了几份。")),
            ("valid", count("其中没有未说明的错误的。")),
            ("by_rule", each("RuleTally")),
            ("by_agency", each("AgencyTally")),
            ("not_listed", count("有错误或警告而没有在 `by_agency` 列出的。")),
        ],
    )
}

fn rule_tally() -> Value {
    object(
        "一条规则在全部报告中的问题。",
        &[
            ("rule", json!({"type": "string", "description": "规则，见 `GET /rules`。"})),
            ("severity", reference("SeverityName")),
            ("findings", count("几处。")),
            ("explained", count("其中已作说明的。")),
            ("reports", count("几份报告。")),
        ],
    )
}

fn agency_tally() -> Value {
    object(
        "一份有错误或警告的报告。",
        &[
            ("agency", reference("StatisticsAgency")),
            ("report_id", uuid()),
            ("scope", reference("ReportScope")),
            ("status", reference("ReportStatus")),
            ("error", count("错误。")),
            ("warning", count("警告。")),
            ("info", count("提示。")),
            ("explained", count("已作说明的。")),
        ],
    )
}
