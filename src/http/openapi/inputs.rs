//! What may be sent, derived from what is answered: the same members, other obligations.

use super::statute::reference;
use serde_json::{Map, Value, json};

/// A body that is sent: its name, the answer it is made from, what the server makes of it, what it needs.
struct Input {
    name: &'static str,
    of: &'static str,
    made_by_the_server: &'static [&'static str],
    required: &'static [&'static str],
    replaced: &'static [(&'static str, &'static str)],
    description: &'static str,
}

const OF_AGENCY: &[&str] = &["id", "status", "successor_id", "created_at", "updated_at"];
const OF_YEAR: &[&str] = &["created_at", "updated_at"];
const OF_REPORT: &[&str] = &[
    "id",
    "agency",
    "year",
    "scope",
    "format",
    "status",
    "revision",
    "due_on",
    "submitted_at",
    "published_at",
    "timeliness",
    "correction",
    "findings",
    "allowed_actions",
    "created_at",
    "updated_at",
];

const INPUTS: &[Input] = &[
    Input {
        name: "ContactInput",
        of: "Contact",
        made_by_the_server: &[],
        required: &[],
        replaced: &[],
        description: "联系方式。",
    },
    Input {
        name: "AgencyInput",
        of: "Agency",
        made_by_the_server: OF_AGENCY,
        required: &["name", "level", "kind"],
        replaced: &[("contact", "ContactInput"), ("parent_id", "AgencyIdOrCode")],
        description: "要登记或改成的机关。服务端生成的成员可以不写，写了须与现值相同。",
    },
    Input {
        name: "AgencyPatch",
        of: "Agency",
        made_by_the_server: OF_AGENCY,
        required: &[],
        replaced: &[("contact", "ContactInput"), ("parent_id", "AgencyIdOrCode")],
        description: "要改的成员。",
    },
    Input {
        name: "YearInput",
        of: "Year",
        made_by_the_server: OF_YEAR,
        required: &["year"],
        replaced: &[],
        description: "要建立或改成的年度。没有给出的按法定默认。",
    },
    Input {
        name: "YearPatch",
        of: "Year",
        made_by_the_server: &["year", "created_at", "updated_at"],
        required: &[],
        replaced: &[],
        description: "要改的成员。",
    },
    Input {
        name: "TokenPatch",
        of: "Token",
        made_by_the_server: OF_TOKEN,
        required: &[],
        replaced: &[],
        description: "要改的成员：名称、失效时间。",
    },
    Input {
        name: "ReportInput",
        of: "Report",
        made_by_the_server: OF_REPORT,
        required: &["sections"],
        replaced: &[("sections", "SectionsInput")],
        description: "要改成的报告。服务端生成的成员可以不写，写了须与现值相同。",
    },
    Input {
        name: "ReportPatch",
        of: "Report",
        made_by_the_server: OF_REPORT,
        required: &[],
        replaced: &[("sections", "SectionsInput")],
        description: "要改的成员。",
    },
];

/// Of a line of the roster these are not settled by hand.
const OF_LINE: &[&str] = &["agency", "scope", "path", "level", "kind", "name"];

/// Of a token only the name and the end can be changed.
const OF_TOKEN: &[&str] = &["id", "person", "grants", "created_at", "updated_at", "secret"];

pub fn declare_zero() -> Value {
    json!({"type": ["boolean", "null"], "writeOnly": true,
        "description": "true：把空着的单元格填为 0，并记录为有意零报告。"})
}

/// Adds the schemas of everything that may be sent.
pub fn add(schemas: &mut Map<String, Value>) {
    for input in INPUTS {
        let schema = derive(schemas, input);
        schemas.insert(input.name.to_owned(), schema);
    }
    let heading = heading(schemas);
    let mut create = Map::from_iter([
        ("agency_id".to_owned(), json!({"type": "string", "description": "机关编号或统一社会信用代码。"})),
        ("year".to_owned(), json!({"type": "integer", "minimum": 2008, "maximum": 2099})),
        ("scope".to_owned(), json!({"anyOf": [reference("ReportScope"), {"type": "null"}]})),
        ("sections".to_owned(), json!({"anyOf": [reference("SectionsInput"), {"type": "null"}]})),
    ]);
    create.insert(
        "prefill".to_owned(),
        json!({"enum": ["previous", "subordinates", null],
            "description": "`previous`：上年报告的结转下年度填入本年的上年结转；`subordinates`：汇总报告填入本级及以下已发布报告之和。"}),
    );
    create.extend(heading.clone());
    schemas.insert("ReportCreate".to_owned(), object("要建立的报告。", &["agency_id", "year"], create));
    let mut section = Map::from_iter([
        ("title".to_owned(), json!({"type": "string", "description": "标题。"})),
        ("text".to_owned(), json!({"type": ["string", "null"], "description": "正文，或表格的说明。"})),
        (
            "table".to_owned(),
            json!({"type": ["object", "null"],
            "description": "表格：行键名到（列键名到数值）；行列见 `Sections` 和 `GET /formats`。",
            "additionalProperties": {"type": ["object", "null"],
                "additionalProperties": {"type": ["number", "null"]}}}),
        ),
        ("declare_zero".to_owned(), declare_zero()),
        ("ordinal".to_owned(), json!({"type": "integer", "readOnly": true})),
        ("updated_at".to_owned(), json!({"type": "string", "format": "date-time", "readOnly": true})),
    ]);
    let kind = |read_only: bool| json!({"type": "string", "description": "键名。", "readOnly": read_only});
    section.insert("kind".to_owned(), kind(true));
    schemas.insert("SectionInput".to_owned(), object("一个部分的内容。", &[], section.clone()));
    section.insert("kind".to_owned(), kind(false));
    section.retain(|name, _| !matches!(name.as_str(), "ordinal" | "updated_at"));
    schemas.insert("SectionCreate".to_owned(), object("要补回的部分。", &["kind"], section));
    let order = Map::from_iter([
        ("action".to_owned(), reference("ActionName")),
        (
            "comment".to_owned(),
            json!({"type": ["string", "null"], "maxLength": 2000,
            "description": "意见；退回、更正、撤回时必填。"}),
        ),
        (
            "published_on".to_owned(),
            json!({"type": ["string", "null"], "format": "date",
            "description": "原发布日期；只用于归档，归档时必填。"}),
        ),
    ]);
    schemas.insert("TransitionCreate".to_owned(), object("要进行的操作。", &["action"], order.clone()));
    schemas.insert(
        "SuppressionCreate".to_owned(),
        object(
            "为什么抹去。",
            &["reason"],
            Map::from_iter([(
                "reason".to_owned(),
                json!({"type": "string", "minLength": 1, "maxLength": 2000,
                    "description": "公开：读取这一版的人都会看到，不要写出个人信息本身。"}),
            )]),
        ),
    );
    let mut many = order;
    many.insert(
        "reports".to_owned(),
        json!({"type": "array", "minItems": 1, "maxItems": 500, "items": {
            "type": "object",
            "required": ["id", "etag"],
            "additionalProperties": false,
            "properties": {
                "id": {"type": "string", "format": "uuid"},
                "etag": {"type": "string", "description": "报告当前的 ETag。"}
            }
        }}),
    );
    schemas.insert("TransitionMany".to_owned(), object("对多份报告的操作。", &["action", "reports"], many));
    let token = Map::from_iter([
        ("name".to_owned(), json!({"type": "string", "minLength": 1, "maxLength": 100})),
        (
            "person_id".to_owned(),
            json!({"type": ["string", "null"], "description": "已有的人；不给则新建。"}),
        ),
        ("expires_at".to_owned(), json!({"type": ["string", "null"], "format": "date-time"})),
        (
            "grants".to_owned(),
            json!({"type": "array", "minItems": 1, "maxItems": 20, "items": {
                "type": "object",
                "required": ["role"],
                "additionalProperties": false,
                "properties": {
                    "role": reference("RoleName"),
                    "agency_id": {"type": ["string", "null"], "description": "编号或统一社会信用代码；空 = 处处有效。"},
                    "stage": {"anyOf": [reference("StageName"), {"type": "null"}]}
                }
            }}),
        ),
    ]);
    schemas.insert("TokenInput".to_owned(), object("要发给的令牌。", &["name", "grants"], token));
    let text = json!({"type": "string", "minLength": 1, "maxLength": 2000});
    let explanation = Map::from_iter([("text".to_owned(), text.clone())]);
    schemas.insert("ExplanationInput".to_owned(), object("说明或答复。", &["text"], explanation));
    let comment = Map::from_iter([
        ("text".to_owned(), text),
        (
            "pointer".to_owned(),
            json!({"type": ["string", "null"],
            "description": "报告文档中的 JSON Pointer：标题、部分、行或单元格；不给则针对整份报告。"}),
        ),
    ]);
    schemas.insert("CommentInput".to_owned(), object("一条意见。", &["text"], comment));
    let state = Map::from_iter([("state".to_owned(), json!({"enum": ["open", "settled"]}))]);
    schemas.insert("CommentPatch".to_owned(), object("了结或重开。", &["state"], state));
    let succession = Map::from_iter([
        ("kind".to_owned(), json!({"enum": ["merged", "renamed", "abolished"]})),
        (
            "successor_id".to_owned(),
            json!({"type": ["string", "null"],
            "description": "承继机关：编号或统一社会信用代码；合并、更名必填。"}),
        ),
        (
            "effective_on".to_owned(),
            json!({"type": "string", "format": "date", "description": "从哪一天起，不晚于今天。"}),
        ),
        ("reason".to_owned(), json!({"type": ["string", "null"], "maxLength": 2000})),
    ]);
    let needed = &["kind", "effective_on"];
    schemas.insert("SuccessionInput".to_owned(), object("机关的变动。", needed, succession));
    let mut roster = made_by_the_server(schemas, "RosterEntry", OF_LINE);
    roster.extend([
        ("exempt".to_owned(), json!({"type": ["boolean", "null"], "description": "是否免报。"})),
        ("due_on".to_owned(), json!({"type": ["string", "null"], "format": "date"})),
        (
            "parent_id".to_owned(),
            json!({"type": ["string", "null"],
            "description": "计入哪个机关之下：编号或统一社会信用代码。"}),
        ),
        (
            "reason".to_owned(),
            json!({"type": ["string", "null"], "minLength": 1, "maxLength": 2000,
            "description": "理由；有改动时必填。"}),
        ),
    ]);
    let description = "对名单一行的调整。服务端生成的成员可以不写，写了须与现值相同。";
    schemas.insert("RosterPatch".to_owned(), object(description, &[], roster));
    let person = Map::from_iter([
        ("name".to_owned(), json!({"type": "string", "minLength": 1, "maxLength": 100})),
        ("left_on".to_owned(), json!({"type": ["string", "null"], "format": "date"})),
    ]);
    schemas.insert("PersonPatch".to_owned(), object("要改的成员：姓名、离任日期。", &[], person));
    schemas.insert("ReportDocument".to_owned(), document(heading));
}

fn object(description: &str, required: &[&str], properties: Map<String, Value>) -> Value {
    json!({
        "type": "object",
        "description": description,
        "required": required,
        "properties": properties,
        "additionalProperties": false,
    })
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

/// Members of an answer that may be sent back as they are.
fn made_by_the_server(schemas: &Map<String, Value>, of: &str, names: &[&str]) -> Map<String, Value> {
    let answer = schemas.get(of).and_then(|schema| schema.get("properties"));
    let members = names.iter().filter_map(|name| {
        let mut member = answer?.get(name)?.clone();
        if let Value::Object(member) = &mut member {
            member.insert("readOnly".to_owned(), json!(true));
        }
        Some(((*name).to_owned(), member))
    });
    members.collect()
}

fn derive(schemas: &Map<String, Value>, input: &Input) -> Value {
    let answer = schemas.get(input.of).and_then(|schema| schema.get("properties")).and_then(Value::as_object);
    let mut properties = answer.cloned().unwrap_or_default();
    for (name, schema) in &mut properties {
        if let Some((_, replacement)) = input.replaced.iter().find(|(replaced, _)| replaced == name) {
            *schema = reference(replacement);
        }
        if let Value::Object(member) = schema {
            member.remove("readOnly");
        }
        let server_made = input.made_by_the_server.contains(&name.as_str());
        if !server_made && !input.required.contains(&name.as_str()) {
            allow_null(schema);
        }
        if server_made && let Value::Object(member) = schema {
            member.insert("readOnly".to_owned(), json!(true));
        }
    }
    object(input.description, input.required, properties)
}

/// A member that may be left out may be null.
fn allow_null(schema: &mut Value) {
    match schema.get("type") {
        Some(Value::String(one)) => {
            let both = json!([one, "null"]);
            if let Value::Object(member) = schema {
                member.insert("type".to_owned(), both);
            }
        }
        Some(_) => {}
        None if schema.get("$ref").is_some() => {
            *schema = json!({"anyOf": [schema.clone(), {"type": "null"}]});
        }
        None => {}
    }
}
