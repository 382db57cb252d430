//! What holds for every operation, said once: problems, headers, parameters, security, examples.

use super::statute::reference;
use super::{bodies, bounds, examples, inputs, statute};
use crate::domain::language::{Language, say};
use crate::http::kernel::problem::{Code, PROBLEM_JSON};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

const METHODS: [&str; 6] = ["get", "put", "post", "patch", "delete", "head"];

/// Reads that are never the same twice, or flow on.
const UNTAGGED: &[&str] =
    &["read_health", "read_readiness", "read_metrics", "stream_changes", "list_changes"];

pub fn finish(mut document: Value) -> Value {
    let Value::Object(whole) = &mut document else {
        return document;
    };
    whole.insert("info".to_owned(), info());
    whole.insert("servers".to_owned(), json!([{"url": "/", "description": "本服务"}]));
    whole.insert("tags".to_owned(), tags());
    let components = whole.entry("components").or_insert_with(|| json!({}));
    if let Value::Object(components) = components {
        finish_components(components);
    }
    let examples = examples::all();
    for (_, item) in whole.get_mut("paths").and_then(Value::as_object_mut).into_iter().flatten() {
        for method in METHODS {
            if let Some(operation) = item.get_mut(method).and_then(Value::as_object_mut) {
                finish_operation(operation, method, &examples);
            }
        }
    }
    document
}

fn info() -> Value {
    json!({
        "title": "nianbao",
        "contact": {"name": "nianbao"},
        "version": env!("CARGO_PKG_VERSION"),
        "summary": "年报：政府信息公开工作年度报告的填报、校验、审查、发布与汇总",
        "description": "依据《中华人民共和国政府信息公开条例》第四十九、五十条和国办公开办函〔2021〕30号。\n\n\
            - 时间是 RFC 3339 的 UTC；日期 `YYYY-MM-DD` 是北京时间的日期。\n\
            - 计数是 0 到 10^12 的整数；金额以万元计，最多六位小数，精确。`null` 是未填，不是 0。\n\
            - 修改须带 `If-Match`（先读取得到的 `ETag`）；`ETag` 是 `\"版本-变体\"`，只比较版本。\n\
            - 错误一律是 `application/problem+json`（RFC 9457），代码见 `GET /problems`。\n\
            - 请求是严格的：未知或重复的成员和参数一律拒绝；客户端须容忍答复中出现新成员。\n\
            - 机关可用编号，也可用统一社会信用代码。\n\
            - 列表按游标翻页：`next_cursor` 放进 `cursor`，或跟随 `Link`；`limit` 1–200，默认 50。\n\n\
            ## 兼容\n\n\
            `info.version` 是语义化版本，`/api/v1` 之内只增不减：路径、参数、成员不改名、不删除、不改类型，封闭的值只会增加，\
            请求不会多出必填的成员。要取消的，先在文档中标明 `deprecated`，答复带 `Deprecation` 和 `Sunset`，至少保留一个完整的报告年度，\
            届时才随新的主版本取消。客户端须容忍答复中新的成员、新的错误代码、新的事件类型。",
        "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    })
}

fn tags() -> Value {
    json!([
        {"name": "agencies", "description": "机关登记"},
        {"name": "years", "description": "报告年度和应报名单"},
        {"name": "reports", "description": "报告"},
        {"name": "sections", "description": "报告的各部分"},
        {"name": "validation", "description": "校验"},
        {"name": "review", "description": "三审与发布"},
        {"name": "revisions", "description": "各版与更正"},
        {"name": "statistics", "description": "统计：合计、分组、趋势、比率、完成情况"},
        {"name": "search", "description": "全文检索"},
        {"name": "jobs", "description": "后台任务"},
        {"name": "imports", "description": "文件导入"},
        {"name": "catalogue", "description": "规则、格式、指标"},
        {"name": "audit", "description": "审计"},
        {"name": "changes", "description": "公开变更"},
        {"name": "administration", "description": "令牌与人员"},
        {"name": "service", "description": "服务自身"},
    ])
}

fn finish_components(components: &mut Map<String, Value>) {
    let schemas = components.entry("schemas").or_insert_with(|| json!({}));
    if let Value::Object(schemas) = schemas {
        schemas.values_mut().filter(|schema| !bodies::is_sent(schema)).for_each(require_all);
        bodies::finish(schemas);
        statute::add(schemas);
        inputs::add(schemas);
        bounds::add_counts(schemas);
        schemas.insert("Format".to_owned(), crate::http::catalogue::format_schema());
        schemas.insert("Problem".to_owned(), problem_schema());
        schemas.sort_keys();
    }
    components.insert(
        "securitySchemes".to_owned(),
        json!({"token": {"type": "http", "scheme": "bearer",
            "description": "令牌，由 `nianbao token create` 发给。发了而无效的令牌一律 401。"}}),
    );
    components.insert("parameters".to_owned(), parameters());
    components.insert("headers".to_owned(), headers());
}

/// An answer has every member, null where there is nothing to say; a member whose type leaves it out sometimes
/// (`skip_serializing_if`) is the one that is neither required nor ever null.
fn require_all(schema: &mut Value) {
    if let Some(Value::Array(parts)) = schema.get_mut("allOf") {
        return parts.iter_mut().for_each(require_all);
    }
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return };
    let stated = schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    let always = |(name, member): &(&String, &Value)| {
        stated.iter().any(|stated| stated == *name) || may_be_null(member)
    };
    let required: Value = properties.iter().filter(always).map(|(name, _)| json!(name)).collect();
    if let Value::Object(schema) = schema {
        schema.insert("required".to_owned(), required);
    }
}

fn may_be_null(schema: &Value) -> bool {
    let of_type = match schema.get("type") {
        Some(Value::Array(types)) => types.iter().any(|of| of == "null"),
        Some(of) => of == "null",
        None => false,
    };
    let branches = ["anyOf", "oneOf"].into_iter().filter_map(|of| schema.get(of)?.as_array());
    of_type || branches.flatten().any(may_be_null)
}

fn problem_schema() -> Value {
    json!({
        "type": "object",
        "description": "错误（RFC 9457）。",
        "required": ["type", "title", "status", "detail", "instance", "code"],
        "properties": {
            "type": {"type": "string", "format": "uri-reference", "description": "`/problems/{code}`，可以打开。"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "instance": {"type": "string", "description": "`urn:uuid:` 加请求编号，与 `X-Request-Id` 相同。"},
            "code": reference("ProblemCode"),
            "errors": {
                "type": "array",
                "description": "所有错误，一次给全。",
                "items": {
                    "type": "object",
                    "required": ["code", "message"],
                    "properties": {
                        "pointer": {"type": "string", "description": "请求内容中的 JSON Pointer。"},
                        "parameter": {"type": "string", "description": "查询参数。"},
                        "code": {"type": "string"},
                        "message": {"type": "string"},
                        "allowed": {"type": "array", "items": {}, "description": "允许的值。"},
                        "minimum": {"type": "number", "description": "最小值。"},
                        "maximum": {"type": "number", "description": "最大值。"},
                        "limit": {"type": "integer", "description": "最多几个字符，或几项。"},
                        "suggestion": {"type": "string", "description": "可能想写的名称。"}
                    }
                }
            },
            "truncated": {"type": "boolean", "description": "错误太多，没有全部列出。"},
            "findings": {"type": "array", "items": reference("Finding"), "description": "阻止提交的问题。"},
            "rows": {"type": "array", "items": reference("BatchRow"), "description": "批量登记中被拒绝的行。"},
            "allowed": {"type": "array", "items": reference("ActionName"), "description": "当前状态允许的操作。"},
            "because": reference("Connected"), "decided": reference("EarlierDecision"),
            "reason": {"type": ["string", "null"], "description": "撤回或抹去的原因。"},
            "suppressed_at": {"type": "string", "format": "date-time"},
            "withdrawn_at": {"type": ["string", "null"], "format": "date-time"}
        }
    })
}

fn parameters() -> Value {
    let header = |name: &str, required: bool, description: &str| {
        json!({"name": name, "in": "header", "required": required, "description": description,
            "schema": {"type": "string"}})
    };
    json!({
        "IfMatch": {
            "name": "If-Match", "in": "header", "required": true,
            "description": "读取时得到的 `ETag`。缺少或 `*` 为 428，过时为 412。",
            "schema": {"type": "string", "pattern": "^\"[^\",]+\"(\\s*,\\s*\"[^\",]+\")*$"},
        },
        "IfSeen": header("If-Match", false, "读取时得到的 `ETag`；过时为 412。何时必须给出，见说明。"),
        "IfNoneMatch": header("If-None-Match", false, "手中的 `ETag`；没有变化则 304。"),
        "IdempotencyKey": {
            "name": "Idempotency-Key", "in": "header", "required": false,
            "description": "1–255 个可见字符。24 小时内重复同一请求，得到第一次的答复。",
            "schema": {"type": "string", "minLength": 1, "maxLength": 255},
        },
        "Position": {
            "name": "Nianbao-Seq", "in": "header", "required": false,
            "description": "写入的答复所带的 `Nianbao-Seq`：读到的不早于此。",
            "schema": {"type": "integer", "minimum": 0},
        },
        "AcceptLanguage": header("Accept-Language", false, "`en` 得到英文；默认中文。"),
        "RequestId": header("X-Request-Id", false, "请求编号；不给则由服务端生成。"),
    })
}

fn headers() -> Value {
    let header = |required: bool, description: &str| json!({"required": required, "description": description, "schema": {"type": "string"}});
    json!({
        "RequestId": header(true, "请求编号。"),
        "ETag": header(true, "强标签，`\"版本-变体\"`。"),
        "Location": header(true, "新资源的地址。"),
        "Link": header(false, "下一页：`<…>; rel=\"next\"`。"),
        "Replayed": header(false, "`true`：这是第一次的答复。"),
        "Position": {"required": true, "schema": {"type": "integer"},
            "description": "写到了审计的哪一条：读取时作为同名请求头送回，读到的就不早于此，不论由哪个实例、哪台备机应答。"},
        "Authenticate": header(true, "`Bearer`。"),
        "RetryAfter": header(true, "几秒后再试。"),
    })
}

fn flag(operation: &mut Map<String, Value>, name: &str) -> bool {
    operation.remove(name).and_then(|flag| flag.as_bool()).unwrap_or(false)
}

fn finish_operation(operation: &mut Map<String, Value>, method: &str, examples: &Value) {
    let tagged = flag(operation, "x-tagged");
    let listed = flag(operation, "x-list");
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
    let id = operation.get("operationId").and_then(Value::as_str).unwrap_or_default().to_owned();
    // What has no version of its own is tagged by what it says.
    let tagged = tagged || (method == "get" && !UNTAGGED.contains(&id.as_str()));
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
    if method == "get" {
        codes.insert(Code::NotAcceptable);
    }
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
    add_headers(operation, method, (tagged, listed, keyed, same));
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
